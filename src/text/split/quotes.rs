//! Quotations inside sentences of languages without capitals: `彼は「やめろ。」と言った。` is one sentence.
//!
//! The words behind the quotation show it: a particle that takes it up, or a short clause that says who spoke.

/// Japanese particles that take up what they follow.
const JAPANESE: [&str; 22] = [
    "と",
    "って",
    "が",
    "は",
    "を",
    "に",
    "の",
    "も",
    "で",
    "へ",
    "や",
    "か",
    "だ",
    "な",
    "から",
    "まで",
    "など",
    "ね",
    "よ",
    "、",
    "じゃ",
    "くらい",
];

/// Japanese words that start sentences although they begin like a particle.
const JAPANESE_STARTERS: [&str; 46] = [
    "とても",
    "ところ",
    "とにかく",
    "とりあえず",
    "ときどき",
    "とうとう",
    "とはいえ",
    "はい",
    "はじめ",
    "はたして",
    "はっきり",
    "がんばれ",
    "にもかかわらず",
    "のち",
    "もう",
    "もし",
    "もちろん",
    "もっと",
    "ものすご",
    "でも",
    "では",
    "できる",
    "できれば",
    "やがて",
    "やっと",
    "やはり",
    "やっぱり",
    "かつて",
    "かれ",
    "かの",
    "かなり",
    "だから",
    "だが",
    "だけど",
    "だって",
    "だんだん",
    "ですが",
    "ですから",
    "なお",
    "なぜ",
    "なに",
    "なんて",
    "ならば",
    "よく",
    "ようやく",
    "よって",
];

/// Korean particles of quoting.
const KOREAN: [&str; 16] = [
    "라고",
    "라며",
    "라면서",
    "라는",
    "라던",
    "란",
    "이라고",
    "이라며",
    "이라는",
    "고 ",
    "며 ",
    "면서",
    "하고",
    "하며",
    "는 ",
    "을 ",
];

/// Verbs of speaking that follow a quotation in Hindi, Marathi, Bengali, Nepali and Urdu.
const INDIC: [&str; 18] = [
    "बोले",
    "बोला",
    "बोली",
    "कहा",
    "पूछा",
    "चिल्लाया",
    "म्हणाले",
    "म्हणाला",
    "म्हणाली",
    "विचारले",
    "বললেন",
    "বলেন",
    "বলল",
    "বলেছেন",
    "भने",
    "بولے",
    "کہا",
    "پوچھا",
];

/// Chinese verbs of speaking that end the clause naming the speaker; those that refer back to the quotation first.
const CHINESE: [&str; 26] = [
    "说道", "說道", "问道", "問道", "笑道", "喊道", "答道", "问", "問", "喊", "叫", "答", "说", "說", "称", "稱",
    "表示", "指出", "强调", "強調", "补充", "補充", "解释", "解釋", "写道", "坦言",
];

/// How many of them refer back.
const ASKING: usize = 12;

/// Signs of a clause naming a Chinese speaker at most.
const LONGEST_SPEAKER: usize = 8;

/// Whether the sentence of the quotation at the end of `left` goes on with `right`.
pub(super) fn goes_on(left: &str, right: &str, language: &str) -> bool {
    if !matches!(language, "ja" | "ko" | "zh" | "hi" | "mr" | "bn" | "ne" | "ur") {
        return false;
    }
    let Some(inner) = left.strip_suffix(['」', '』', '”', '"', '’', '\'', '）', '》', '〉', '»']) else {
        return false;
    };
    match language {
        "ja" if inner.ends_with(['。', '！', '？', '…', '!', '?', '.', '．']) => {
            right.starts_with(|c| JAPANESE.iter().any(|particle| particle.starts_with(c)))
                && JAPANESE.iter().any(|particle| right.starts_with(particle))
                && !JAPANESE_STARTERS.iter().any(|word| right.starts_with(word))
        }
        "ko" => KOREAN.iter().any(|particle| right.starts_with(particle)),
        "hi" | "mr" | "bn" | "ne" | "ur" => INDIC.iter().any(|verb| right.starts_with(verb)),
        "zh" if !left.ends_with('）') => names_speaker(right),
        _ => false,
    }
}

/// Whether a clause names a speaker and no more: `她说。`, `王先生表示，`.
fn names_speaker(right: &str) -> bool {
    let Some(end) = right.find(['，', '。', '：', '！', '？', ',']) else { return false };
    let (clause, rest) = right.split_at(end);
    // With a comma, `she said` may begin what she said next; `she asked` does not.
    let verbs = if rest.starts_with(['，', ',']) { &CHINESE[..ASKING] } else { &CHINESE[..] };
    clause.chars().nth(LONGEST_SPEAKER).is_none() && verbs.iter().any(|verb| clause.ends_with(verb))
}

#[cfg(test)]
mod tests {
    use crate::text::sentences;

    fn check(language: &str, expected: &[&str]) {
        let text = expected.concat();
        let found: Vec<&str> = sentences(&text, Some(language)).into_iter().map(|span| text[span].trim()).collect();
        assert_eq!(found, expected.iter().map(|sentence| sentence.trim()).collect::<Vec<_>>());
    }

    #[test]
    fn japanese_quotations_are_taken_up_by_a_particle() {
        check("ja", &["母は「早く寝なさい。」と笑った。", "「はい。」", "「もう寝るの？」", "弟はすぐに眠った。"]);
        check(
            "ja",
            &["『走れ！』という声がした。", "「あの店。」は閉まっていた。", "「行こう。」", "とても寒い朝だった。"],
        );
        check("ja", &["（昨日のことである。）", "彼は帰った。", "「終わった！」", "でも誰も喜ばなかった。"]);
    }

    #[test]
    fn korean_quotations_are_taken_up_by_a_particle() {
        check("ko", &["그는 \"멈춰!\"라고 외쳤다. ", "그리고 배는 떠났다."]);
        check("ko", &["시장은 “공사는 봄에 끝난다.”라며 웃었다. ", "\"언제요?\" ", "아무도 대답하지 않았다."]);
    }

    #[test]
    fn indian_quotations_may_be_followed_by_their_speaker() {
        check("hi", &["\"पुल कल खुलेगा!\" बोले श्री. राव। ", "किसी ने कुछ नहीं पूछा।"]);
        check("bn", &["“সেতু কাল খুলবে!” বললেন তিনি। ", "কেউ কিছু জানে না।"]);
    }

    #[test]
    fn chinese_quotations_may_be_followed_by_their_speaker() {
        check("zh", &["“今天下雨。”她说。", "“谁来付钱？”王先生问，没有人回答。", "“明天见！”", "船开走了。"]);
        check("zh", &["他说：“水位会涨。”", "大家都离开了港口。"]);
    }
}
