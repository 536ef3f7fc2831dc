#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

/// What FTS5 does with an index of `tokenize = 'ascii'`.
fn finds(text: &str, query: &Query) -> bool {
    let index = index_text(text);
    let words: Vec<&str> = index
        .split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let stands = |(phrase, prefix): &(Vec<String>, bool)| {
        (0..words.len()).any(|at| {
            let Some(row) = words.get(at..at + phrase.len()) else {
                return false;
            };
            let last = phrase.len() - 1;
            row.iter()
                .zip(phrase)
                .enumerate()
                .all(|(at, (word, asked))| {
                    *word == asked || at == last && *prefix && word.starts_with(asked.as_str())
                })
        })
    };
    let all = parse(&query.expression());
    all.iter().all(|either| either.iter().any(stands))
}

/// What has to match of an expression: in each place one of several strings, and which of them may go on.
fn parse(expression: &str) -> Vec<Vec<(Vec<String>, bool)>> {
    let strings = |either: &str| {
        let string = |string: &str| {
            let (quoted, prefix) = match string.strip_suffix('*') {
                Some(quoted) => (quoted, true),
                None => (string, false),
            };
            let inner = quoted
                .strip_prefix('"')
                .and_then(|it| it.strip_suffix('"'))
                .unwrap();
            assert!(!inner.contains('"'), "{expression}");
            let words = inner.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric());
            let words = words.filter(|word| !word.is_empty()).map(str::to_owned);
            (words.collect(), prefix)
        };
        match either.strip_prefix('(') {
            Some(inner) => inner
                .strip_suffix(')')
                .unwrap()
                .split(" OR ")
                .map(string)
                .collect(),
            None => vec![string(either)],
        }
    };
    expression.split(" AND ").map(strings).collect()
}

#[track_caller]
fn marked(text: &str, asked: &str) -> Vec<String> {
    let query = query(asked).unwrap_or_else(|| panic!("{asked:?} is no query"));
    assert!(finds(text, &query), "{asked:?} does not find {text:?}");
    let hits = hits(text, &query);
    assert!(!hits.is_empty(), "{asked:?} marks nothing in {text:?}");
    hits.into_iter().map(|hit| text[hit].to_owned()).collect()
}

#[test]
fn what_is_typed_finds_what_is_written() {
    for (text, queries) in [
        (
            "Größe geprüft von Müller",
            &[
                "gepru\u{308}ft",
                "Mu\u{308}ller",
                "MULLER",
                "grosse",
                "GRÖSSE",
            ][..],
        ),
        (
            "U\u{308}berweisung an Frau Schro\u{308}der",
            &["Schröder", "schroder", "überw"],
        ),
        (
            "Bệnh nhân cần uống thuốc",
            &[
                "be\u{323}\u{302}nh nha\u{302}n",
                "benh nhan",
                "uo\u{302}\u{301}ng thuo\u{302}\u{301}c",
            ],
        ),
        (
            "Pan Wójcik, proszę przyjść",
            &["Wo\u{301}jcik", "prosze\u{328}", "przyjsc"],
        ),
        (
            "Ο γιατρός είπε ναι",
            &["γιατρος", "ΓΙΑΤΡΟΣ", "ειπε", "ΕΊΠΕ"],
        ),
        ("ὁ ἰατρὸς τῷ", &["ο ιατρος τω"]),
        ("Ваш ребёнок здоров", &["ребенок", "РЕБЁНОК"]),
        (
            "\u{5e9}\u{5b8}\u{5c1}\u{5dc}\u{5d5}\u{5b9}\u{5dd} \u{5dc}\u{5b8}\u{5da}\u{5b0}",
            &["\u{5e9}\u{5dc}\u{5d5}\u{5dd}", "לך"],
        ),
        ("צה\"ל וד״ר כהן", &["צהל", "צה״ל", "ודר", "כהן"]),
        ("مُوَعِدٌ الطَّبِيب", &["موعد", "الطبيب"]),
        ("مـــوعد الطبيب", &["موعد"]),
        (
            "إلى المستشفى أحمد قهوة",
            &["الي", "المستشفي", "احمد", "قهوه"],
        ),
        (
            "می\u{200c}خواهم نوبت بگیرم",
            &["میخواهم", "ميخواهم", "بگيرم"],
        ),
        ("ﻻ ﺷﻜﺮﺍ", &["لا", "شكرا"]),
        (
            "Nächste Straße links, Maß halten",
            &["STRASSE", "strasse", "Mass", "MASS", "STRAẞE"],
        ),
        (
            "İstanbul ve Iğdır, ılık",
            &["istanbul", "ISTANBUL", "igdir", "ilik", "ILIK"],
        ),
        ("Ból głowy, Łódź", &["glowy", "bol", "lodz"]),
        (
            "Vi ses i Sønderborg, Ærø og Þór í Hafnarfirði",
            &["sonderborg", "aero", "thor", "hafnarfirdi"],
        ),
        ("Đặng Thị Ħal Ŧ œuvre", &["dang thi", "hal", "t", "oeuvre"]),
        ("The ﬁrst ﬂu shot", &["first", "flu", "fi"]),
        ("ＡＢＣ１２３", &["abc123", "ABC 123", "abc"]),
        (
            "Area 5 m² and CO₂, 10⁹/L",
            &["m2", "m²", "co2", "10^9", "10 9"],
        ),
        ("1½ tablets, ½ at night", &["1/2", "½", "1 ½"]),
        ("٣٠ ملغ، ۲۵ and ३", &["30", "25", "3"]),
        (
            "Ihr Blut\u{ad}druck ist hoch",
            &["Blutdruck", "blut\u{ad}druck"],
        ),
        (
            "in\u{200b}visible \u{2066}isolated\u{2069} wo\u{2060}rd \u{feff}mark",
            &["invisible", "isolated", "word", "mark"],
        ),
        ("Take 5mg twice", &["5 mg", "5mg", "5-mg", "5 MG"]),
        ("Take 5 mg twice", &["5mg", "5-mg"]),
        ("I don't know", &["dont", "don't", "don\u{2019}t", "DON`T"]),
        ("I dont know", &["don't", "don\u{2019}t"]),
        (
            "À l\u{2019}hôpital chez Mr O'Brien",
            &[
                "hopital",
                "l'hopital",
                "lhopital",
                "l'hôp",
                "brien",
                "obrien",
                "o'b",
            ],
        ),
        ("col·lega", &["col·lega", "collega", "col.lega"]),
        (
            "Take your 💊 now ❤️",
            &["💊", "❤️", "❤", "now ❤️", "take 💊"],
        ),
        (
            "Well done 👍🏽👨\u{200d}👩\u{200d}👧 🇸🇮",
            &["👍", "👍🏿", "👨\u{200d}👩\u{200d}👧", "🇸🇮", "👩"],
        ),
        (
            "Uses C++ and C#, costs €50 (90%) & more",
            &["C++", "c#", "€50", "90%", "90 %", "%", "&", "€"],
        ),
        (
            "38.5 °C, ≥ 3 × 1",
            &["38.5", "38,5", "°C", "℃", "≥", "3x1", "3 × 1"],
        ),
        (
            "Mail ana@example.org at 10:30",
            &["ana@example.org", "example", "10:30", "@"],
        ),
        (
            "snake_case and/or well-being",
            &["snake_case", "snake", "and/or", "well being", "well-being"],
        ),
        (
            "我今天头痛，明天来看医生",
            &[
                "头痛",
                "医生",
                "今天",
                "痛",
                "我",
                "生",
                "头痛，医生",
                "今天头痛",
                "看 医",
            ],
        ),
        ("ผู้ป่วยปวดหัวมาก", &["ปวดหัว", "ปวด", "มาก", "ผู้ป่วย", "ก"]),
        ("ខ្ញុំឈឺក្បាល", &["ឈឺ", "ក្បាល"]),
        ("ကျွန်တော် ခေါင်းကိုက်", &["ခေါင်း"]),
        ("カタカナのｶﾞｰｾﾞ", &["かたかな", "カタ", "ガーゼ", "がーぜ"]),
        ("頭が痛いです", &["頭が痛い", "痛い", "頭"]),
        (
            "편두통이 있어요",
            &["두통", "두토", "편두통", "있어요", "ㅍ"],
        ),
        ("\u{1103}\u{116e}\u{1110}\u{1169}\u{11bc}", &["두통"]),
        (
            "Aspirin™ 100㎎ 5℃",
            &["aspirin 100", "tm", "aspirin™", "100mg", "5°c"],
        ),
        ("㍿ ㎎ №5 ①", &["株式会社", "mg", "no5", "1"]),
        ("ज़रूरत है", &["जरूरत", "ज़रूरत", "है"]),
        ("Գիրք և ქართული", &["գիրք", "ԳԻՐՔ", "ქართული"]),
    ] {
        for asked in queries {
            marked(text, asked);
        }
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    for (text, asked) in [
        ("Take 50 mg", "5 mg"),
        ("Take 5 mg", "5 kg"),
        ("price 50", "€50"),
        ("C is a language", "C++"),
        ("90 of them", "90%"),
        ("我今天头痛", "今痛"),
        ("かき", "がき"),
        ("nothing here", "❤️"),
        ("well, a being", "well-being"),
        ("several words", "sever words"),
        ("10 and 9 or 2", "109"),
        ("\u{fffd}\u{fffc}", "x"),
    ] {
        let query = query(asked).unwrap();
        assert!(!finds(text, &query), "{asked:?} finds {text:?}");
    }
}

#[test]
fn what_says_nothing_is_no_query() {
    for asked in [
        "", " ", "...", "-", "\"\"", "'", "?!", "()", "\u{200b}", "\u{ad}", "\u{301}", "\u{fe0f}",
        "🏽", "\0",
    ] {
        assert!(query(asked).is_none(), "{asked:?}");
    }
}

#[test]
fn nothing_that_is_typed_is_syntax() {
    let expression = |asked: &str| query(asked).unwrap().expression();
    assert_eq!(expression("blood pres"), "\"blood\" AND \"pres\"*");
    assert_eq!(
        expression("a\" OR text:b* NEAR(c)"),
        "\"a\" AND \"or\" AND \"text b ＊\" AND \"near\" AND \"c\"*"
    );
    assert_eq!(expression("头 头痛药"), "\"头\"* AND \"头痛 痛药\"*");
    assert_eq!(
        expression("5mg {x} ^y + z"),
        "\"5 mg\" AND \"x\" AND \"y\" AND \"＋\" AND \"z\"*"
    );
    assert_eq!(expression("x-ray"), "(\"x ray\"* OR \"xray\"*)");
    let long = "a".repeat(10_000);
    assert!(expression(&long).len() < LONGEST_QUERY + 8);
}

#[test]
fn the_index_holds_nothing_that_separates() {
    assert_eq!(
        index_text("Don't: 5mg @ 90% — 我头痛! \u{1F44D}"),
        "dont 5 mg ＠ 90 ％ 我头 头痛 痛 👍 don"
    );
    assert_eq!(index_text(" \n\t"), "");
    let word = "a".repeat(10_000);
    assert!(index_text(&word).split(' ').all(|word| word.len() <= 512));
}

#[test]
fn what_is_marked_is_what_is_seen() {
    for (text, asked, seen) in [
        ("Blood pressure, blood", "blo", &["Blood", "blood"][..]),
        ("Take 5 mg", "5mg", &["5 mg"]),
        ("Mu\u{308}ller", "müll", &["Mu\u{308}ller"]),
        ("The ﬁrst", "first", &["ﬁrst"]),
        ("l'hôpital", "hop", &["hôpital"]),
        ("l'hôpital", "l'hop", &["l'hôpital"]),
        ("我头痛药", "头痛", &["头痛"]),
        ("我头痛药", "头", &["头"]),
        ("我头痛药", "药", &["药"]),
        ("两头 头痛", "头", &["头", "头"]),
        ("편두통이", "두토", &["두통"]),
        ("หัว", "ห", &["หั"]),
        ("a ❤️ b", "❤", &["❤️"]),
        ("ok 👍🏽!", "👍", &["👍🏽"]),
        (
            "x 👨\u{200d}👩\u{200d}👧 y",
            "👩",
            &["👨\u{200d}👩\u{200d}👧"],
        ),
        ("in\u{ad}visible", "invis", &["in\u{ad}visible"]),
        ("ｶﾞｰｾﾞ", "ガ", &["ｶﾞ"]),
        ("C++", "c++", &["C++"]),
        ("50€", "50", &["50"]),
    ] {
        assert_eq!(marked(text, asked), seen, "{asked:?} in {text:?}");
    }
}

#[test]
fn each_character_is_in_normal_form_once_and_for_all() {
    for c in (0..=0x10_ffff).filter_map(char::from_u32) {
        let text = c.to_string();
        for token in normalize(&text) {
            assert_eq!(token.range, 0..text.len(), "{c:?}");
            let again = normalize(&token.word);
            let again: Vec<&str> = again.iter().map(|it| it.word.as_str()).collect();
            assert_eq!(
                again.first(),
                Some(&token.word.as_str()),
                "{c:?} {:x}",
                u32::from(c)
            );
            let separates =
                |c: char| c.is_ascii() && !c.is_ascii_digit() && !c.is_ascii_lowercase();
            assert!(!token.word.contains(separates), "{c:?}");
        }
        let (upper, lower) = (c.to_uppercase().to_string(), c.to_lowercase().to_string());
        // The iota below a Greek vowel is as good as an accent, but a letter in capitals.
        let is_plain = !upper.contains('\u{399}') || lower.contains('ι');
        if c.is_alphabetic() && !fold::extends(c) && is_plain {
            assert_eq!(index_text(&upper), index_text(&lower), "{c:?}");
        }
    }
}

#[test]
fn long_texts_take_time_in_proportion() {
    let texts = [
        "a",
        "a ",
        "a'",
        "'",
        "头",
        "👍",
        "ﷺ",
        "é",
        "\u{301}",
        "두",
        "1",
        "\u{200d}",
        "ก\u{e31}",
        "🇸",
    ];
    for piece in texts {
        let text = piece.repeat(60_000);
        let query = query("aaa 头头 👍 두 1 é 🇸").unwrap();
        let index = index_text(&text);
        assert!(index.len() <= 12 * text.len() + 16, "{piece}");
        let _ = hits(&text, &query);
    }
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,30}",
        "[ a-cA-C1-3'’.,+%é-ñßßıİ\u{301}\u{ad}\u{200d}-]{0,30}",
        "[我头痛医がカｶﾞー\u{3099}ก\u{e31}ห두통ㄷ 1a，]{0,20}",
        "[👍🏽❤\u{fe0f}\u{200d}👩🇸🇮 a€]{0,16}",
        "[אבג\"״׳'\u{5b8}يىكکةأ\u{640}٣ ]{0,20}",
        ".{0,30}",
    ]
}

proptest! {
    #[test]
    fn each_word_of_a_text_finds_it(text in texts()) {
        for token in normalize(&text) {
            let written = &text[token.range.clone()];
            for asked in [written, token.word.as_str()] {
                if let Some(query) = query(asked) {
                    prop_assert!(finds(&text, &query), "{:?} in {:?}", asked, text);
                    prop_assert!(!hits(&text, &query).is_empty(), "{:?} in {:?}", asked, text);
                }
            }
        }
        for word in text.split_whitespace() {
            if let Some(query) = query(word) {
                prop_assert!(finds(&text, &query), "{:?} in {:?}", word, text);
            }
        }
    }

    #[test]
    fn each_piece_of_a_run_finds_it(text in "[我头痛医がかก\u{e31}ห두통]{1,12}", from in 0_usize..12, length in 1_usize..6) {
        let piece: String = text.chars().skip(from).take(length).collect();
        if let Some(query) = query(&piece) {
            prop_assert!(finds(&text, &query), "{:?} in {:?}", piece, text);
        }
    }

    #[test]
    fn what_is_found_is_marked_and_only_that(text in texts(), asked in texts()) {
        if let Some(query) = query(&asked) {
            let hits = hits(&text, &query);
            if finds(&text, &query) {
                prop_assert!(!hits.is_empty(), "{:?} in {:?}", asked, text);
            }
            let mut end = 0;
            for hit in hits {
                prop_assert!(end <= hit.start && hit.start < hit.end && hit.end <= text.len());
                prop_assert!(text.is_char_boundary(hit.start) && text.is_char_boundary(hit.end));
                end = hit.end + 1;
            }
        }
    }

    #[test]
    fn the_index_is_the_words(text in texts()) {
        let words: Vec<String> = normalize(&text).into_iter().map(|it| it.word).collect();
        prop_assert_eq!(index_text(&text), words.join(" "));
    }

    #[test]
    fn encodings_of_one_text_have_one_index(text in texts()) {
        let composed = icu_normalizer::ComposingNormalizerBorrowed::new_nfc();
        let decomposed = icu_normalizer::DecomposingNormalizerBorrowed::new_nfd();
        // Marks in an order of their own are dropped or, as vowel signs, typed in that order by everybody.
        let in_order: String = text.chars().map(|c| decomposed.normalize(&c.to_string()).into_owned()).collect();
        prop_assume!(in_order == decomposed.normalize(&text));
        let (one, other) = (composed.normalize(&text), decomposed.normalize(&text));
        prop_assert_eq!(index_text(&one), index_text(&other));
        let lower = index_text(&text.to_lowercase());
        if text.to_lowercase().to_uppercase().to_lowercase() == text.to_lowercase() {
            prop_assert_eq!(index_text(&text.to_uppercase()), lower);
        }
    }
}
