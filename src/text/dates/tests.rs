use super::{find, in_path, is_month, parse, parse_or_find};

#[test]
fn a_text_that_is_a_date_is_read_in_the_forms_people_write() {
    let check = |text: &str, expected: &str| {
        let found = parse(text).map(|date| date.to_string()).unwrap_or_default();
        assert_eq!(found, expected, "{text}");
    };
    check("2003-12-31T10:14:55.1234Z", "2003-12-31T10:14:55Z");
    check("2003-12-31T18:14:55+08:00", "2003-12-31T10:14:55Z");
    check("2003-12-31", "2003-12-31T00:00:00Z");
    check("2003-12", "2003-12-01T00:00:00Z");
    check("2003", "2003-01-01T00:00:00Z");
    check("20031231", "2003-12-31T00:00:00Z");
    check("2004-07-08 23:56:58", "2004-07-08T23:56:58Z");
    check("2026-11-02 10:00 +0200", "2026-11-02T08:00:00Z");
    check("Thu, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z");
    check("Thu, 01 Jan 04 19:48:21 GMT", "2004-01-01T19:48:21Z");
    check("Thu,  5 Apr 2012 10:00:00 GMT", "2012-04-05T10:00:00Z");
    check("Wed, 19 Feb 2012 22:40:00 GMT-01:01", "2012-02-19T23:41:00Z");
    check("Mon, 13 Feb, 2012 06:28:00 UTC", "2012-02-13T06:28:00Z");
    check("Thu, 01 Jan 2004", "2004-01-01T00:00:00Z");
    check("Mon, 26 January 2004 16:31:00 ET", "2004-01-26T21:31:00Z");
    check("Thu, 30 Apr 2015 08:57:00 MEST", "2015-04-30T06:57:00Z");
    check("Thu Aug 30 2012 17:26:16 +0200", "2012-08-30T15:26:16Z");
    check("Sun Jul 15 01:16:00 +0000 2012", "2012-07-15T01:16:00Z");
    check("November 2, 2026 3:05 PM", "2026-11-02T15:05:00Z");
    check("2. November 2026", "2026-11-02T00:00:00Z");
    check("2 août 2026 à 10:00", "2026-08-02T10:00:00Z");
    check("02.11.2026 10:00", "2026-11-02T10:00:00Z");
    check("02-Nov-2026", "2026-11-02T00:00:00Z");
    check("25/12/2026", "2026-12-25T00:00:00Z");
    check("2004년 05월 28일  오후 01:31:15", "2004-05-28T04:31:15Z");
    check("2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z");
    check("2026-11-23 10:00:00 PM", "2026-11-23T22:00:00Z");
    check("2026-11-23 12:05 a.m.", "2026-11-23T00:05:00Z");
    check("2026-11-23 10:00:00 +0100 CET", "2026-11-23T09:00:00Z");
    check("2026-11-23T24:00:00Z", "2026-11-24T00:00:00Z");
    check("20261123T100000Z", "2026-11-23T10:00:00Z");
    check("20261123T1000+0100", "2026-11-23T09:00:00Z");
    check("1795428000", "2026-11-23T10:00:00Z");
    check("1795428000123", "2026-11-23T10:00:00Z");
    check("2026年11月23日 10:00", "2026-11-23T02:00:00Z");
    check("2026年11月23日（月）午後3時05分", "2026-11-23T06:05:00Z");
    check("2026년 11월 23일", "2026-11-22T15:00:00Z");
    check("2026. november 23.", "2026-11-23T00:00:00Z");
    check("2026.11.23. 10:00", "2026-11-23T10:00:00Z");
}

#[test]
fn dates_in_words_are_read_as_their_writers_mean_them() {
    let check = |text: &str, expected: &str| {
        let found = parse(text).map(|date| date.to_string()).unwrap_or_default();
        assert_eq!(found, expected, "{text}");
    };
    check("Tue, 3 Mars 2026 10:00 CET", "2026-03-03T09:00:00Z");
    check("mar., 3 nov. 2026 10:00:00 +0100", "2026-11-03T09:00:00Z");
    check("Mar, 10 Mar 2026 10:00:00 +0100", "2026-03-10T09:00:00Z");
    check("Mon, 23 Nov 2026 10:00:00Z", "2026-11-23T10:00:00Z");
    check("Mon, 23 Nov 2026 10:00:00+0100", "2026-11-23T09:00:00Z");
    check("Mon, 23 Nov 2026 10:00:00GMT", "2026-11-23T10:00:00Z");
    check("Mon, 23 Nov 2026 10:00:00 GMT +0200", "2026-11-23T08:00:00Z");
    check("Mon, 23 Nov 2026 24:00:00 GMT", "2026-11-24T00:00:00Z");
    check("Mon, 23 Nov 2026 9:5:3 GMT", "2026-11-23T09:05:03Z");
    check("Mon, 23 Nov 126 10:00:00 GMT", "2026-11-23T10:00:00Z");
    check("Mon, 23 Nov 2026 10:00:00\u{202f}PM", "2026-11-23T22:00:00Z");
    check("Mon, 2026-11-23 10:00", "2026-11-23T10:00:00Z");
    check("Nov 23, 2026 10:00am", "2026-11-23T10:00:00Z");
    check("Published: November 23rd, 2026, 12:30 a.m.", "2026-11-23T00:30:00Z");
    check("3rd November 2026", "2026-11-03T00:00:00Z");
    check("1er décembre 2026 à 10h30", "2026-12-01T10:30:00Z");
    check("23. November 2026, 10:00 Uhr MEZ", "2026-11-23T09:00:00Z");
    check("23 ноября 2026 г. 10:00", "2026-11-23T10:00:00Z");
    check("Pzt, 23 Kas 2026 10:00:00 +0300", "2026-11-23T07:00:00Z");
    check("23 listopadu 2026", "2026-11-23T00:00:00Z");
    check("ma 23. marraskuuta 2026", "2026-11-23T00:00:00Z");
    check("23.11.26", "2026-11-23T00:00:00Z");
    check("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z");
}

#[test]
fn what_is_no_date_or_could_be_two_is_none() {
    for text in [
        "",
        "yesterday",
        "0000-00-00",
        "03/04/2026",
        "Sat, 30 Feb 2026 10:00:00 GMT",
        "2003-12-31T10:61:55Z",
        "22013",
        "123456789",
        "9999999999",
        "2026-11-23T24:01:00Z",
        "2026-11-23 25:00 PM",
        "Mon, 23 Nov 2026 10:61 GMT",
        "10:00",
        "3 of 4",
        "9999-12-31T23:59:59-99:99",
        "2013-01-27-01",
        "2013-xx-27",
        "Sun, 99 Jun 2009 12:00:00 GMT",
        "Sun, 16 Dec 2012 1:2:3:4 GMT",
        "Sun, Dec x 2012 11:47:32 GMT",
        "Sun, 16 Dec 2012 11:47:32 +zz:00",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn dates_of_pages_are_found() {
    for (text, expected) in [
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
        ("2026-11-23T10:00:00+0100", "2026-11-23T09:00:00Z"),
        ("2026-11-23 10:00:00 +01:00", "2026-11-23T09:00:00Z"),
        ("2026-11-23T10:00:00.000-05:00", "2026-11-23T15:00:00Z"),
        ("2026-11-23T10:00", "2026-11-23T10:00:00Z"),
        ("2026-11-23", "2026-11-23T00:00:00Z"),
        ("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23T10:00:00Z"),
        ("20261123", "2026-11-23T00:00:00Z"),
        ("November 23rd, 2026", "2026-11-23T00:00:00Z"),
        ("By A. WriterNov 23, 2026 | 6 comments", "2026-11-23T00:00:00Z"),
        ("Published on Nov. 23, 2026 by A. Writer", "2026-11-23T00:00:00Z"),
        ("23. November 2026", "2026-11-23T00:00:00Z"),
        ("23 de noviembre de 2026", "2026-11-23T00:00:00Z"),
        ("1er décembre 2026", "2026-12-01T00:00:00Z"),
        ("23.11.2026", "2026-11-23T00:00:00Z"),
        ("23/11/2026", "2026-11-23T00:00:00Z"),
        ("11/23/2026", "2026-11-23T00:00:00Z"),
        ("2026年11月23日", "2026-11-23T00:00:00Z"),
        ("23 ноября 2026", "2026-11-23T00:00:00Z"),
    ] {
        assert_eq!(parse_or_find(text).map(|found| found.to_string()).as_deref(), Some(expected), "{text}");
    }
    for text in
        ["yesterday", "Version 1.2.3", "", "30 February 2026", "1234567", "mayor 12 2026", "0000-00-00T00:00:00Z"]
    {
        assert_eq!(parse_or_find(text), None, "{text}");
    }
    assert_eq!(
        in_path("https://a.example/2026/11/23/story").map(|found| found.to_string()).as_deref(),
        Some("2026-11-23T00:00:00Z")
    );
}

#[test]
fn zones_are_known_by_place_abbreviation_and_annotation() {
    let check = |text: &str, expected: &str| {
        let found = parse(text).map(|date| date.to_string()).unwrap_or_default();
        assert_eq!(found, expected, "{text}");
    };
    check("Tue, 3 Mar 2026 08:15:00 America/Chicago", "2026-03-03T14:15:00Z");
    check("Fri, 3 Jul 2026 08:15:00 America/Chicago", "2026-07-03T13:15:00Z");
    check("2026-07-03 08:15 Asia/Kolkata", "2026-07-03T02:45:00Z");
    check("2026-07-03T08:15 America/Argentina/Buenos_Aires", "2026-07-03T11:15:00Z");
    check("2026-07-03T08:15:00.5+09:00[Asia/Tokyo]", "2026-07-02T23:15:00Z");
    check("2026-07-03T08:15:00[Asia/Tokyo]", "2026-07-02T23:15:00Z");
    check("2026-07-03T08:15:00Z[!Europe/Rome][u-ca=iso8601]", "2026-07-03T08:15:00Z");
    check("2026-07-03T08:15:00[u-ca=iso8601]", "2026-07-03T08:15:00Z");
    check("Fri, 3 Jul 2026 08:15:00 WITA", "2026-07-03T00:15:00Z");
    check("Fri, 3 Jul 2026 08:15:00 ACST", "2026-07-02T22:45:00Z");
    check("Fri, 3 Jul 2026 08:15:00 NDT", "2026-07-03T10:45:00Z");
    check("Fri, 3 Jul 2026 08:15:00 NPT", "2026-07-03T02:30:00Z");
    check("Fri, 3 Jul 2026 08:15 ET", "2026-07-03T12:15:00Z");
    check("Fri, 9 Jan 2026 08:15 ET", "2026-01-09T13:15:00Z");
    check("Fri, 3 Jul 2026 08:15:00 CST6CDT", "2026-07-03T13:15:00Z");
    check("Fri, 3 Jul 2026 08:15:00 Etc/GMT+3", "2026-07-03T11:15:00Z");
    check("Fri, 3 Jul 2026 08:15:00 XQZT", "2026-07-03T08:15:00Z");
    check("Fri, 3 Jul 2026 08:15:00 Mars/Olympus_Mons", "2026-07-03T08:15:00Z");
}

#[test]
fn dates_are_read_in_other_scripts_and_calendars() {
    let check = |text: &str, expected: &str| {
        assert_eq!(parse(text).map(|date| date.to_string()).as_deref(), Some(expected), "{text}");
    };
    check("١٤ يوليو ٢٠٢٦ ٠٨:١٥", "2026-07-14T08:15:00Z");
    check("१४ अगस्त २०२६", "2026-08-14T00:00:00Z");
    check("১৪ নভেম্বর ২০২৬", "2026-11-14T00:00:00Z");
    check("14 กรกฎาคม 2569", "2026-07-14T00:00:00Z");
    check("Tue, 14 Jul 2569 08:15:00 +0700", "2026-07-14T01:15:00Z");
    check("14 ივლისი 2026", "2026-07-14T00:00:00Z");
    check("14 ביולי 2026", "2026-07-14T00:00:00Z");
    check("Thứ ba, ngày 14 tháng 7, 2026", "2026-07-14T00:00:00Z");
    check("Thứ ba, 14/07/2026, 08:15 (GMT+7)", "2026-07-14T01:15:00Z");
    check("２０２６／０７／１４ ０８：１５", "2026-07-14T08:15:00Z");
    check("2026. július 14.", "2026-07-14T00:00:00Z");
    check("14. srpnja 2026.", "2026-07-14T00:00:00Z");
    check("2026 m. liepos 14 d.", "2026-07-14T00:00:00Z");
}

#[test]
fn prose_around_a_date_is_read_over() {
    let check = |text: &str, expected: Option<&str>| {
        assert_eq!(parse(text).map(|date| date.to_string()).as_deref(), expected, "{text}");
    };
    check("Posted on July 14th, 2026 by Jan Miller in 3 boxes", Some("2026-07-14T00:00:00Z"));
    check("14 May 2026 by Jan Miller", Some("2026-05-14T00:00:00Z"));
    check("Read by 12 people since 14 July 2026", Some("2026-07-14T00:00:00Z"));
    check("14 July 2026 08:15 in 3 boxes of 1200", Some("2026-07-14T08:15:00Z"));
    check("Am 14. Juli 2026 schrieben 120 Leute", Some("2026-07-14T00:00:00Z"));
    check("Posted 03/04/2026 by 12 people", None);
    check("Posted 13/04/2026 by 1200 people", Some("2026-04-13T00:00:00Z"));
    check(&"7 ".repeat(40), None);
}

#[test]
fn pages_write_dates_in_many_languages() {
    for text in [
        "Julkaistu 14. heinäkuuta 2026",
        "Publikováno 14. července 2026",
        "Δημοσιεύτηκε 14 Ιουλίου 2026",
        "Közzétéve: 2026. július 14.",
        "Yayın: 14 Temmuz 2026",
        "Diterbitkan 14 Juli 2026",
        "Опубліковано 14 липня 2026",
        "Publicat el 14 de juliol de 2026",
        "Publicado em 14 de julho de 2026",
        "게시 2026년 7월 14일",
        "Posted by A. WriterJul 14, 2026",
    ] {
        assert_eq!(find(text).map(|date| date.to_string()).as_deref(), Some("2026-07-14T00:00:00Z"), "{text}");
    }
    assert!(find("Kabinet 3 dan 4, sudah 2 kali").is_none());
    assert!(is_month("nov.,") && is_month("marraskuuta") && !is_month("market") && !is_month("mayor"));
}
