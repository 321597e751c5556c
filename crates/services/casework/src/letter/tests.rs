//! Short messages, each in the language its reader chose.

use ::store::testing::each_db;

use super::*;
use crate::testing::{SCHEMAS, Story, couple};

/// A couple with one child and this wage is above the line of 2026 (715,000 a head).
const WAGE_TOO_HIGH: i64 = 9_000_000;

#[tokio::test]
async fn a_short_message_is_written_in_the_language_of_the_person() {
    each_db(SCHEMAS, async |platform| {
        let families = [1, 2, 3, 4, 5].map(|no| couple(no, WAGE_TOO_HIGH, &["2020-06-01"]));
        let story = Story::of(&platform, &families).await;
        let chosen = [
            None,
            Some(Lang::UzCyrl),
            Some(Lang::Ru),
            Some(Lang::En),
            Some(Lang::En),
        ];
        let mut cases = Vec::new();
        for (family, lang) in families.iter().zip(chosen) {
            let new = crate::application::NewApplication {
                lang,
                ..story.application(family)
            };
            let case = story.try_lodge(&new).await.unwrap().case;
            story.agencies_answer(family, "2026-01-05", &[]).await;
            story.assess(&[case], &[]).await;
            cases.push(case);
        }
        // The last thought better of it.
        let last = story.person(families[4].applicant()).await;
        let mut tx = platform.db.begin().await.unwrap();
        let now = platform.clock.now();
        language::choose(&mut tx, last, Lang::Ru, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let written = write_sms(&platform, &story.permit, &story.shelf, &cases)
            .await
            .unwrap();
        assert_eq!(written, 5);
        let expected = [
            (Lang::UzLatn, "Arizangiz (05.01.2026) hozircha rad etildi."),
            (Lang::UzCyrl, "Ариза 05.01.2026: рад этилди."),
            (Lang::Ru, "Заявление 05.01.2026: отказ."),
            (Lang::En, "Application of 05.01.2026: refused."),
            (Lang::Ru, "Заявление 05.01.2026: отказ."),
        ];
        for (case, (lang, begins)) in cases.iter().zip(expected) {
            let messages = sms_of_case(&mut story.read().await, &story.permit, *case)
                .await
                .unwrap();
            let [message] = messages.as_slice() else {
                panic!("one message a decision: {messages:?}")
            };
            assert_eq!(message.lang, lang);
            assert!(message.body.starts_with(begins), "{}", message.body);
        }
    })
    .await;
}
