use crate::table::{Reach, TABLE, matrix, reach};
use crate::{Action, Role};

/// The table is reviewed as a document. After a wanted change:
/// `DAFTAR_ACCEPT=1 cargo nextest run -p access the_table`.
#[test]
fn the_table_is_the_one_that_was_reviewed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/access-matrix.txt");
    if std::env::var_os("DAFTAR_ACCEPT").is_some() {
        std::fs::write(path, matrix()).unwrap();
    }
    let reviewed = std::fs::read_to_string(path).unwrap();
    assert_eq!(matrix(), reviewed, "see {path}");
}

#[test]
fn every_action_has_one_row_and_every_row_somebody() {
    for action in Action::ALL {
        let rows: Vec<_> = TABLE.iter().filter(|(a, _)| *a == action).collect();
        assert_eq!(rows.len(), 1, "{}", action.name());
        assert!(!rows[0].1.is_empty(), "{} is for nobody", action.name());
        assert_eq!(Action::from_name(action.name()), Some(action));
    }
}

#[test]
fn no_person_decides() {
    let deciding = [Action::AssessCase, Action::CloseMonth];
    for action in deciding {
        let able: Vec<Role> = Role::ALL
            .into_iter()
            .filter(|role| reach(*role, action) != Reach::Never)
            .collect();
        assert_eq!(able, [Role::System], "{}", action.name());
    }
    let words = ["decide", "grant", "refuse", "award", "reject"];
    for action in Action::ALL {
        assert!(
            !words.iter().any(|word| action.name().contains(word)),
            "{}",
            action.name()
        );
    }
}

#[test]
fn a_mahalla_worker_takes_in_and_follows_and_nothing_else() {
    let able: Vec<(Action, Reach)> = Action::ALL
        .into_iter()
        .map(|action| (action, reach(Role::MahallaWorker, action)))
        .filter(|(_, reach)| *reach != Reach::Never)
        .collect();
    let expected = [
        (Action::LodgeApplication, Reach::Within),
        (Action::FollowApplications, Reach::Within),
        // The family's own confirmation, taken down.
        (Action::ConfirmRenewal, Reach::Within),
    ];
    assert_eq!(able, expected);
}

#[test]
fn who_builds_figures_and_keeps_the_house_reads_no_case() {
    for role in [
        Role::Analyst,
        Role::Operator,
        Role::Partner,
        Role::Treasurer,
    ] {
        for action in [Action::ReadCase, Action::ReadOwnCase, Action::ReadAccessLog] {
            assert_eq!(reach(role, action), Reach::Never, "{role:?} {action:?}");
        }
    }
}
