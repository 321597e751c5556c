//! A small register for stories: families in one mahalla, facts as the agencies would bring
//! them, the law of the repository's packs.

use std::io::Cursor;
use std::path::Path;

use ::store::{Platform, Tx, job};
use access::{Action, Permit, Purpose, Subject};
use kernel::facts::{Cell, Fact, FactBody, Source, code};
use kernel::ids::{AccountId, ApplicationId, Uuid};
use kernel::{
    CaseId, Day, EvidenceId, FactId, Instant, Lang, Money, Month, PersonId, Pinfl, RunId, Sex, Zone,
};
use rules::{LetterKind, Pack, SourceFile};

use crate::application::{self, Lodged, NewApplication};
use crate::assessment::{self, Answered, Assessed, Silent};
use crate::award::FreeLines;
use crate::case::{self, Case};
use crate::events;
use crate::letter;
use crate::shelf::Shelf;

pub const DISTRICT: u32 = 1_726_262;
const MAHALLA: u32 = 1_726_262_001;
pub const SCHEMAS: &[&[::store::Migration]] = &[access::SCHEMA, registry::SCHEMA, crate::SCHEMA];

/// An adult and what the agencies say: a month's wage in soums, dwellings owned, whether a
/// disability keeps from work.
#[derive(Clone, Copy, Debug)]
pub struct Adult {
    pub sex: Sex,
    pub born: &'static str,
    pub wage: i64,
    pub dwellings: usize,
    pub unable: bool,
}

/// A family: its adults (the first applies) and the birthdays of its children.
#[derive(Clone, Debug)]
pub struct Family {
    pub no: u16,
    pub adults: Vec<Adult>,
    pub children: Vec<&'static str>,
}

pub const fn adult(sex: Sex, wage: i64) -> Adult {
    Adult {
        sex,
        born: "1990-05-01",
        wage,
        dwellings: 0,
        unable: false,
    }
}

/// A couple with children; the husband earns.
pub fn couple(no: u16, wage: i64, children: &[&'static str]) -> Family {
    let adults = vec![adult(Sex::Female, 0), adult(Sex::Male, wage)];
    Family {
        no,
        adults,
        children: children.to_vec(),
    }
}

pub fn pinfl(family: u16, place: u16, sex: Sex, born: &str) -> Pinfl {
    Pinfl::make(sex, Day::parse(born).expect(born), 100 + place, family)
}

impl Family {
    pub fn applicant(&self) -> Pinfl {
        let first = self.adults[0];
        pinfl(self.no, 0, first.sex, first.born)
    }

    pub fn adult(&self, place: u16) -> Pinfl {
        let adult = self.adults[usize::from(place)];
        pinfl(self.no, place, adult.sex, adult.born)
    }

    /// By its place among the children.
    pub fn child(&self, place: usize) -> Pinfl {
        let of_family = u16::try_from(self.adults.len() + place).unwrap();
        pinfl(self.no, of_family, Sex::Female, self.children[place])
    }

    fn rows(&self) -> String {
        let mut rows = String::new();
        for (place, adult) in self.adults.iter().enumerate() {
            let role = if place == 0 { "head" } else { "spouse" };
            rows += &self.row(place, role, "", adult.sex, adult.born);
        }
        for (place, born) in self.children.iter().enumerate() {
            rows += &self.row(self.adults.len() + place, "child", "own", Sex::Female, born);
        }
        rows
    }

    fn row(&self, place: usize, role: &str, tie: &str, sex: Sex, born: &str) -> String {
        let no = self.no;
        let pinfl = pinfl(no, u16::try_from(place).unwrap(), sex, born);
        let letter = if sex == Sex::Male { "m" } else { "f" };
        format!(
            "F-{no},D-{no},{DISTRICT},{MAHALLA},{pinfl},{role},{tie},Karimov,Oʻktam,Anvar oʻgʻli,\
             {letter},{born},,\n"
        )
    }
}

/// A regime of the repository with one text, its own or the country's, replaced by another.
pub fn pack_with(id: &str, from: &str, to: &str) -> Pack {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/uz");
    let (mut own, mut shared) = (files(&packs.join(id)), files(&packs));
    let all = own.iter_mut().chain(&mut shared);
    let file = all.into_iter().find(|file| file.text.contains(from));
    let file = file.unwrap_or_else(|| panic!("`{from}` does not stand in {id}"));
    file.text = file.text.replacen(from, to, 1);
    rules::read_pack(id, &own, &shared).unwrap_or_else(|e| panic!("{e:?}"))
}

/// A regime of the repository, with what is to be added to it.
pub fn pack(id: &str, added: &str) -> Pack {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/uz");
    let mut own = files(&packs.join(id));
    own.push(SourceFile {
        path: "added.md".to_owned(),
        text: added.to_owned(),
    });
    rules::read_pack(id, &own, &files(&packs)).unwrap_or_else(|e| panic!("{e:?}"))
}

fn files(folder: &Path) -> Vec<SourceFile> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| SourceFile {
        path: path.file_name().unwrap().to_string_lossy().into_owned(),
        text: std::fs::read_to_string(path).unwrap(),
    };
    paths.iter().map(read).collect()
}

/// The law of the repository.
pub fn shelf() -> Shelf {
    let pack = |id: &str| pack(id, "");
    Shelf::new(
        Zone::tashkent(),
        vec![
            pack("uz-654b"),
            pack("uz-sr26"),
            pack("uz-lonely-elderly"),
            pack("uz-birth-grant"),
        ],
    )
}

/// The platform with a register, the law, and what the test needs to act.
pub struct Story<'a> {
    pub platform: &'a Platform,
    pub shelf: Shelf,
    pub permit: Permit,
    messages: std::cell::Cell<u128>,
}

impl<'a> Story<'a> {
    pub async fn of(platform: &'a Platform, families: &[Family]) -> Story<'a> {
        let system = Subject::system();
        let run = Some(RunId(platform.ids.uuid()));
        let mint = |action, purpose| access::batch(platform, &system, action, purpose, run, 1);
        let import = mint(Action::ImportRegister, Purpose::Registration)
            .await
            .unwrap();
        let permit = mint(Action::AssessCase, Purpose::Assessment).await.unwrap();
        let shelf = shelf();
        let block = shelf.current()[0].unit().clone();
        let on = platform.clock.now().day(Zone::tashkent());
        registry::unit::ensure_block(platform, &permit, &block, on)
            .await
            .unwrap();
        let header = "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,\
                      patronymic,sex,born,died,phone\n";
        let rows: String = families.iter().map(Family::rows).collect();
        let file = Cursor::new(format!("{header}{rows}").into_bytes());
        let report = registry::import::run(platform, &import, file, &mut ())
            .await
            .unwrap();
        assert!(report.rejects.is_empty(), "{:?}", report.rejects);
        let mut tx = platform.db.begin().await.unwrap();
        shelf.store(&mut tx, platform.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        Story {
            platform,
            shelf,
            permit,
            messages: std::cell::Cell::new(1),
        }
    }

    pub fn at(&self, instant: &str) {
        self.platform
            .clock
            .set(Instant::parse_rfc3339(instant).expect(instant))
            .unwrap();
    }

    pub async fn read(&self) -> Tx {
        self.platform.db.read().await.unwrap()
    }

    pub fn message(&self) -> Uuid {
        self.messages.set(self.messages.get() + 1);
        Uuid::from_u128(self.messages.get())
    }

    pub fn application(&self, family: &Family) -> NewApplication {
        NewApplication {
            id: ApplicationId(self.message()),
            pinfl: family.applicant(),
            consent: true,
            bank_consent: true,
            lang: None,
            lodged_by: AccountId::from_u128(1),
        }
    }

    pub async fn lodge(&self, family: &Family) -> Lodged {
        self.try_lodge(&self.application(family)).await.unwrap()
    }

    pub async fn try_lodge(&self, new: &NewApplication) -> Result<Lodged, application::LodgeStop> {
        application::lodge(self.platform, &self.shelf, &self.permit, new).await
    }

    pub async fn case(&self, case: CaseId) -> Case {
        case::load(&mut self.read().await, case).await.unwrap()
    }

    /// What all agencies say of the family's adults about the three months before `as_of`,
    /// except those in `but`.
    pub async fn agencies_answer(&self, family: &Family, as_of: &str, but: &[u16]) {
        let as_of = Day::parse(as_of).expect(as_of);
        let mut tx = self.platform.db.begin().await.unwrap();
        let mut facts = Vec::new();
        for (place, adult) in family.adults.iter().enumerate() {
            let pinfl = family.adult(u16::try_from(place).unwrap());
            let person = registry::person::find_by_pinfl(&mut tx, &self.permit, pinfl).await;
            let person = person.unwrap().expect("an imported person");
            let answers = answers(adult, as_of.month());
            let asked = answers.into_iter().filter(|(kind, ..)| !but.contains(kind));
            facts.extend(asked.map(|(kind, source, rows)| Fact {
                id: FactId(self.platform.ids.uuid()),
                owner: person.0,
                kind,
                source,
                as_of,
                received_at: self.platform.clock.now(),
                evidence: EvidenceId(self.platform.ids.uuid()),
                body: FactBody::new(rows),
            }));
        }
        registry::fact::record(&mut tx, &self.permit, &facts)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Every agency says of the whole register that who is not on its list holds nothing, for
    /// the kinds of facts of persons that these regimes ask for.
    pub async fn whole_register(&self, regimes: &[&str]) {
        let mut kinds = std::collections::BTreeMap::new();
        for regime in regimes {
            let pack = self.shelf.regime(regime).unwrap();
            for (code, _) in pack.required_kinds() {
                let kind = kernel::facts::kind(*code).unwrap();
                if kind.owner == kernel::facts::Owner::Person {
                    kinds.insert(*code, kind.agency());
                }
            }
        }
        let now = self.platform.clock.now();
        let facts: Vec<Fact> = kinds
            .into_iter()
            .map(|(kind, source)| Fact {
                id: FactId(self.platform.ids.uuid()),
                owner: registry::fact::REGISTER,
                kind,
                source,
                as_of: now.day(Zone::tashkent()),
                received_at: now,
                evidence: EvidenceId(self.platform.ids.uuid()),
                body: FactBody::nothing(),
            })
            .collect();
        let mut tx = self.platform.db.begin().await.unwrap();
        registry::fact::record(&mut tx, &self.permit, &facts)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Assesses cases, with these agencies silent and money enough.
    pub async fn assess(&self, cases: &[CaseId], silent: &[&str]) -> Assessed {
        let plenty = Money::from_major(10_000_000);
        self.assess_within(cases, silent, plenty).await
    }

    /// Assesses cases while each month of the child benefit has so much money left.
    pub async fn assess_within(&self, cases: &[CaseId], silent: &[&str], left: Money) -> Assessed {
        let retry_at = self.platform.clock.now().plus_seconds(3600);
        let silent: Vec<Silent> = silent
            .iter()
            .map(|a| Silent {
                agency: (*a).to_owned(),
                retry_at,
            })
            .collect();
        let answered: Vec<Answered> = cases
            .iter()
            .map(|case| Answered {
                case: *case,
                silent: silent.clone(),
                lapsed: Vec::new(),
                aside: Vec::new(),
            })
            .collect();
        self.assess_answered(&answered, left).await
    }

    /// The same of what was learnt for each case.
    pub async fn assess_answered(&self, answered: &[Answered], left: Money) -> Assessed {
        let from = self.platform.clock.now().month(Zone::tashkent());
        let ids = &self.platform.ids;
        let mut tx = self.platform.db.begin().await.unwrap();
        let mut free = FreeLines::default();
        for month in (0..12).map(|months| from.plus(months)) {
            free.add(DISTRICT, "child_benefit", month, left);
        }
        let (shelf, permit) = (&self.shelf, &self.permit);
        let done = assessment::ready_cases(&mut tx, ids, shelf, permit, answered, from, free).await;
        let done = done.unwrap();
        tx.commit().await.unwrap();
        done
    }

    /// A family lodges, all agencies answer, the case is assessed.
    pub async fn lodge_and_assess(&self, family: &Family, on: &str) -> CaseId {
        let case = self.lodge(family).await.case;
        self.agencies_answer(family, on, &[]).await;
        self.assess(&[case], &[]).await;
        case
    }

    /// Jobs that wait for the worker, by kind; taken away so that the next look is fresh.
    pub async fn jobs(&self, kind: &'static str) -> Vec<CaseId> {
        let jobs = job::claim(self.platform, kind, 1_000, 1).await.unwrap();
        let mut tx = self.platform.db.begin().await.unwrap();
        job::done(&mut tx, &jobs).await.unwrap();
        tx.commit().await.unwrap();
        jobs.iter().map(|job| job.key.parse().unwrap()).collect()
    }

    /// Cases that wait for their agencies to be asked.
    pub async fn to_gather(&self) -> Vec<CaseId> {
        self.jobs(events::GATHER).await
    }

    pub async fn person(&self, pinfl: Pinfl) -> PersonId {
        let found =
            registry::person::find_by_pinfl(&mut self.read().await, &self.permit, pinfl).await;
        found.unwrap().expect("an imported person")
    }

    /// The case has this letter, whole in every language.
    pub async fn letters(&self, case: &Case, kind: LetterKind) {
        assert_eq!(letter::kind_of(case), kind);
        let mut tx = self.read().await;
        for lang in Lang::ALL {
            let letter = letter::of(&mut tx, &self.permit, &self.shelf, case, lang).await;
            let letter = letter.unwrap();
            let whole = !letter.subject.is_empty() && !letter.paragraphs.is_empty();
            assert!(whole && !letter.sms.is_empty(), "{lang:?}");
        }
    }

    /// All checks of `verify` hold.
    pub async fn holds(&self) {
        let checks = crate::verify::verify(self.platform, &self.permit, &self.shelf)
            .await
            .unwrap();
        for check in checks {
            assert!(check.holds(), "{check:?}");
        }
    }
}

/// What the civil registry's own account may do.
pub async fn civil_registry_permit(platform: &Platform) -> Permit {
    let partner = access::Subject {
        account: kernel::ids::AccountId::from_u128(5),
        role: access::Role::Partner,
        territory: access::Area::Country,
        person: None,
        office: "civil registry".to_owned(),
        errand: access::Errand::NONE,
    };
    let (action, purpose) = (
        access::Action::SendCivilEvent,
        access::Purpose::Registration,
    );
    access::batch(platform, &partner, action, purpose, None, 1)
        .await
        .unwrap()
}

type Rows = Vec<Vec<Cell>>;

fn answers(adult: &Adult, month: Month) -> Vec<(u16, Source, Rows)> {
    let wages: Rows = (1..=3)
        .filter(|_| adult.wage > 0)
        .map(|back| {
            let month = i64::from(month.plus(-back).0);
            vec![
                Cell::Int(month),
                Cell::Int(adult.wage * 100),
                Cell::Text("Paxta LLC".into()),
            ]
        })
        .collect();
    let dwelling = |no: usize| {
        vec![
            Cell::Int(0),
            Cell::Text(format!("10:01:{no}")),
            Cell::Int(60),
        ]
    };
    let card = vec![
        Cell::Text("00401".into()),
        Cell::Text("22618000000000000001".into()),
        Cell::Int(0),
        Cell::Int(1),
    ];
    let status = i64::from(adult.wage == 0);
    let job = vec![
        Cell::Int(status),
        Cell::Missing,
        Cell::Missing,
        Cell::Int(0),
    ];
    let disability = vec![Cell::Int(0), Cell::Int(i64::from(adult.unable))];
    vec![
        (code::WAGE, Source::Tax, wages),
        (code::SELF_EMPLOYMENT, Source::Tax, vec![]),
        (code::PENSION, Source::PensionFund, vec![]),
        (code::EMPLOYMENT, Source::Employment, vec![job]),
        (
            code::PROPERTY,
            Source::Cadastre,
            (0..adult.dwellings).map(dwelling).collect(),
        ),
        (code::VEHICLE, Source::Vehicles, vec![]),
        (code::ACCOUNT, Source::Bank, vec![card]),
        (code::DISABILITY, Source::Disability, vec![disability]),
    ]
}
