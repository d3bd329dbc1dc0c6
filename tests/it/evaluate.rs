//! `digest evaluate`: the numbers of rouge-score, comparisons, and what is said of summaries without references.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::Value;

use crate::support::program::{Program, Ran};

const TEXT: &str =
    "The river rose on Monday. Firemen closed the old bridge. Nobody was hurt. Trains stood still all night.";

fn data() -> String {
    let record = |id: &str, summary: Value| {
        let mut record = serde_json::json!({ "id": id, "language": "en", "text": TEXT });
        let key = if summary.is_array() { "refs" } else { "summary" };
        record[key] = summary;
        record.to_string()
    };
    let several = serde_json::json!(["Trains stood.", "The old bridge was closed by firemen."]);
    format!("{}\n{}\n", record("one", "The river rose.\nFiremen closed the bridge.".into()), record("two", several))
}

const CONFIG: &str = "version = 1\n[[source]]\nname = \"Notes\"\nfiles = \"notes/*.txt\"\n";

fn program() -> Program {
    let program = Program::new(CONFIG);
    program.write("data.jsonl", &data());
    program
}

fn evaluate(program: &Program, arguments: &[&str]) -> Ran {
    program.run(&[&["evaluate"], arguments].concat())
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

fn near(value: &Value, expected: f64) {
    let found = value.as_f64().unwrap();
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

/// The expected numbers are those of the Python package rouge-score 0.1.2.
#[test]
fn summaries_of_others_get_the_numbers_of_rouge_score() {
    let program = program();
    let predictions = "{\"id\":\"one\",\"summary\":\"The river rose on Monday.\\nNobody was hurt.\"}\n\
                       {\"id\":\"two\",\"summary\":\"Firemen closed the old bridge.\"}\n";
    program.write("made.jsonl", predictions);
    let ran = evaluate(&program, &["--data", "data.jsonl", "--predictions", "made.jsonl", "--each"]).ends(0);
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (line, [rouge1, rouge2, rouge_lsum]) in lines.iter().zip([[0.4, 4.0 / 13.0, 0.4], [5.0 / 6.0, 0.4, 0.5]]) {
        near(&line["rouge1"], rouge1);
        near(&line["rouge2"], rouge2);
        near(&line["rougeLsum"], rouge_lsum);
    }
}

#[test]
fn two_settings_are_compared_article_by_article() {
    let program = program();
    let report = json(&evaluate(&program, &["--data", "data.jsonl", "--sentences", "1", "--against", "lead"]).ends(0));
    assert_eq!((report["texts"].as_u64(), report["against"]["texts"].as_u64()), (Some(2), Some(2)));
    let means = report["rouge1"]["mean"].as_f64().unwrap() - report["against"]["rouge1"]["mean"].as_f64().unwrap();
    near(&report["difference"]["rouge1"]["mean"], means);
    let [low, high] = ["low", "high"].map(|end| report["difference"]["rouge1"][end].as_f64().unwrap());
    assert!(low <= means && means <= high, "{report}");
}

#[test]
fn the_summary_section_of_another_config_is_a_setting() {
    let program = program();
    program.write("other.toml", "version = 1\n[summary]\nshare = 1.0\n");
    let report = json(&evaluate(&program, &["--data", "data.jsonl", "--against", "other.toml"]).ends(0));
    near(&report["against"]["coverage"]["mean"], 1.0);
    assert!(report["difference"]["coverage"]["mean"].as_f64().unwrap() < -0.1, "three of four sentences: {report}");
}

#[test]
fn texts_without_references_are_measured_by_what_they_cover() {
    let program = program();
    let text = serde_json::json!({ "id": 1, "text": TEXT }).to_string();
    program.write("plain.jsonl", &text);
    let report = json(&evaluate(&program, &["--data", "plain.jsonl", "--share", "1"]));
    near(&report["coverage"]["mean"], 1.0);
    near(&report["divergence"]["mean"], 0.0);
    near(&report["boilerplate"]["mean"], 0.0);
    let positions: f64 = report["positions"].as_array().unwrap().iter().filter_map(Value::as_f64).sum();
    assert!((positions - 1.0).abs() < 1e-9 && report.get("rouge1").is_none(), "{report}");
}

#[test]
fn what_is_missing_or_no_record_is_told_and_the_rest_goes_on() {
    let program = program();
    program.write("made.jsonl", "{\"id\":\"two\",\"summary\":\"Firemen.\"}\n");
    program.write("bad.jsonl", &format!("{{\"id\":3}}\nno json\n{}", data()));
    let ran = evaluate(&program, &["--data", "bad.jsonl", "--predictions", "made.jsonl"]).ends(1);
    assert_eq!(json(&ran)["texts"].as_u64(), Some(1));
    let errors = ran.stderr;
    assert!(errors.contains("bad.jsonl, line 1") && errors.contains("bad.jsonl, line 2"), "{errors}");
    assert!(errors.contains("made.jsonl: 1 of 2 texts have no summary, the first is \"one\""), "{errors}");
    evaluate(&program, &["--data", "nowhere.jsonl"]).ends(2);
}

#[test]
fn without_data_the_articles_of_ones_own_sources_are_measured() {
    let program = program();
    program.write("notes/river.txt", &format!("The river\n\n{TEXT}\n"));
    program.write("notes/bridge.txt", "The bridge\n\nThe old bridge is open again. Masons worked on it for a year.\n");
    program.run(&["gather"]).ends(0);
    let report = json(&evaluate(&program, &["--sentences", "2", "--against", "lead"]).ends(0));
    assert_eq!((report["texts"].as_u64(), report["references"].as_u64()), (Some(2), Some(0)));
    assert!(report["difference"]["divergence"]["mean"].is_number(), "{report}");
}

#[test]
fn summaries_that_lean_on_what_they_leave_out_are_counted() {
    let program = program();
    let text =
        "The mayor closed the old bridge on Monday. She was afraid of the river and of the bridge. A dog barked.";
    let record = serde_json::json!({
        "id": "bridge", "language": "en", "text": text,
        "sentences": [{"start": 0, "end": 42}, {"start": 43, "end": 90}, {"start": 91, "end": 103}],
        "needs": [[], [{"kind": "pronoun", "span": [43, 46], "providers": [0]}], []],
    });
    program.write("data.jsonl", &format!("{record}\n"));
    let measured = |sentences: [&str; 2]| {
        let line = serde_json::json!({"id": "bridge", "summary": sentences.join("\n")});
        program.write("made.jsonl", &format!("{line}\n"));
        json(&evaluate(&program, &["--data", "data.jsonl", "--predictions", "made.jsonl"]).ends(0))
    };
    let she = "She was afraid of the river and of the bridge.";
    for (other, expected) in [("A dog barked.", 1.0), ("The mayor closed the old bridge on Monday.", 0.0)] {
        let report = measured([other, she]);
        near(&report["broken"]["mean"], expected);
        near(&report["broken_gold"]["mean"], expected);
    }
}
