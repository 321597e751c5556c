//! A small installation: the law of Uzbekistan, one family, an account a role.

use std::path::Path;
use std::sync::Arc;

use access::account::{self, NewAccount};
use access::{Action, Area, Purpose, Role, SecretHash};
use app::{Config, Daftar};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use kernel::{Day, Pinfl, Sex};
use payments::payer::{self, Payer};
use tower::ServiceExt;

use crate::{Door, House, Settings, router};

pub const SECRET: &str = "seven white horses";
pub const DISTRICT: u32 = 1_726_262;
pub const MAHALLA: u32 = 1_726_262_001;

pub struct Installation {
    pub router: Router,
    pub daftar: Arc<Daftar>,
    _folder: tempfile::TempDir,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }

    pub fn cookie(&self) -> String {
        let line = self
            .headers
            .get(header::SET_COOKIE)
            .expect("a cookie")
            .to_str()
            .expect("plain");
        line.split(';').next().unwrap_or("").to_owned()
    }

    /// The value of a hidden or typed field of the page.
    pub fn value_of(&self, field: &str) -> String {
        let opening = format!("name=\"{field}\"");
        let tag = self
            .body
            .split("<input")
            .find(|tag| tag.contains(&opening))
            .unwrap_or_else(|| panic!("{field}"));
        let value = tag
            .split("value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        value.unwrap_or("").to_owned()
    }
}

pub fn mother() -> Pinfl {
    Pinfl::make(Sex::Female, Day::new(1990, 5, 12).expect("a day"), 262, 7)
}

fn child() -> Pinfl {
    Pinfl::make(Sex::Male, Day::new(2023, 3, 1).expect("a day"), 262, 8)
}

fn family() -> String {
    let (mother, child) = (mother(), child());
    format!(
        "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,patronymic,sex,born,died,phone\n\
         F-1,D-1,{DISTRICT},{MAHALLA},{mother},head,,Karimova,Dilnoza,Rustam qizi,f,1990-05-12,,\n\
         F-1,D-1,{DISTRICT},{MAHALLA},{child},child,own,Karimov,Aziz,Rustam oʻgʻli,m,2023-03-01,,\n"
    )
}

pub fn area_of(role: Role) -> Area {
    match role {
        Role::MahallaWorker | Role::SevenMember => Area::Mahalla(MAHALLA),
        Role::SocialWorker | Role::DistrictOfficer => Area::District(DISTRICT),
        _ => Area::Country,
    }
}

impl Installation {
    pub async fn new(demo: bool) -> Installation {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs");
        let config = Config {
            database: format!("sqlite:{}", folder.path().join("test.db").display()),
            packs,
            partners: "http://127.0.0.1:9".to_owned(),
            demo: true,
            seed: Some(1),
            ..Config::default()
        };
        let daftar = Arc::new(Daftar::init(config).await.expect("an installation is made"));
        let settings = Settings {
            demo,
            secure_cookies: false,
        };
        let router = router(House::new(Arc::clone(&daftar), settings), Door::Front);
        let installation = Installation {
            router,
            daftar,
            _folder: folder,
        };
        installation.fill().await;
        installation
    }

    /// The family, then an account for each role; the citizen is the mother.
    async fn fill(&self) {
        let platform = &self.daftar.platform;
        let permit = self
            .daftar
            .permit(Action::ImportRegister, Purpose::Registration, 2)
            .await
            .expect("a permit");
        let file = std::io::Cursor::new(family().into_bytes());
        let report = registry::import::run(platform, &permit, file, &mut ())
            .await
            .expect("an import");
        assert_eq!(report.rejected, 0, "{report:?}");
        let mut tx = platform.db.read().await.expect("a snapshot");
        let found = registry::person::find_by_pinfl(&mut tx, &permit, mother())
            .await
            .expect("a register");
        drop(tx);
        let mother = found.expect("the mother is imported");
        let hash = SecretHash::of(SECRET).expect("a secret");
        let staff = Role::ALL.into_iter().filter(|role| *role != Role::System);
        let second = staff.clone().filter(|role| *role == Role::Treasurer);
        let accounts: Vec<NewAccount> = staff
            .map(|role| (role, login_of(role)))
            .chain(second.map(|role| (role, "treasurer-2".to_owned())))
            .map(|(role, login)| NewAccount {
                login,
                role,
                territory: area_of(role),
                office: format!("office of {}", role.name()),
                person: (role == Role::Citizen).then_some(mother),
                secret: hash.clone(),
            })
            .collect();
        let permit = self
            .daftar
            .permit(Action::ManageAccounts, Purpose::Upkeep, 0)
            .await
            .expect("a permit");
        let mut tx = platform.db.begin().await.expect("a transaction");
        account::open(&mut tx, &platform.ids, &permit, &accounts)
            .await
            .expect("accounts");
        tx.commit().await.expect("a commit");
        self.make_payer(&permit).await;
    }

    /// The partner hands payments over too: what it is agreed is not the role's.
    async fn make_payer(&self, permit: &access::Permit) {
        let platform = &self.daftar.platform;
        let mut tx = platform.db.begin().await.expect("a transaction");
        let partner = account::find_by_login(&mut tx, &login_of(Role::Partner)).await;
        let payer = Payer {
            account: partner.expect("accounts").expect("the partner's").account,
            programme: "child_benefit".to_owned(),
            district: DISTRICT,
            blocks: vec![],
        };
        let set = payer::set(&mut tx, &platform.ids, permit, &payer).await;
        set.expect("a payer");
        tx.commit().await.expect("a commit");
    }

    /// The account of one more mahalla worker.
    pub async fn open_worker(&self, login: &str, mahalla: u32) {
        let platform = &self.daftar.platform;
        let permit = self
            .daftar
            .permit(Action::ManageAccounts, Purpose::Upkeep, 0)
            .await
            .expect("a permit");
        let worker = NewAccount {
            login: login.to_owned(),
            role: Role::MahallaWorker,
            territory: Area::Mahalla(mahalla),
            office: format!("mahalla {mahalla}"),
            person: None,
            secret: SecretHash::of(SECRET).expect("a secret"),
        };
        let mut tx = platform.db.begin().await.expect("a transaction");
        account::open(&mut tx, &platform.ids, &permit, &[worker])
            .await
            .expect("an account");
        tx.commit().await.expect("a commit");
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        ask(self.router.clone(), request).await
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.ask(
            request(Method::GET, path, cookie)
                .body(Body::empty())
                .expect("a request"),
        )
        .await
    }

    pub async fn post(&self, path: &str, cookie: &str, form: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", crate::query::encode(value)))
            .collect();
        let request = request(Method::POST, path, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.ask(
            request
                .body(Body::from(pairs.join("&")))
                .expect("a request"),
        )
        .await
    }

    pub async fn send(&self, path: &str, token: &str, json: &str) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.ask(
            request
                .body(Body::from(json.to_owned()))
                .expect("a request"),
        )
        .await
    }

    /// The session cookie of a role's account.
    pub async fn sign_in(&self, login: &str) -> String {
        let answer = self
            .post("/sign-in", "", &[("login", login), ("secret", SECRET)])
            .await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{login}: {}",
            answer.body
        );
        answer.cookie()
    }

    /// The bearer token of a role's account.
    pub async fn token(&self, login: &str) -> String {
        let body = format!(r#"{{"login":"{login}","secret":"{SECRET}"}}"#);
        let answer = self.send("/api/sign-in", "", &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{login}: {}", answer.body);
        let json: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        json["token"].as_str().expect("a token").to_owned()
    }
}

/// Of any door.
pub async fn ask(door: Router, request: Request<Body>) -> Answer {
    let response = door.oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 4 << 20).await.expect("a body");
    let body = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

pub fn login_of(role: Role) -> String {
    match role {
        Role::Citizen => mother().to_string(),
        role => role.name().replace('_', "-"),
    }
}

fn request(method: Method, path: &str, cookie: &str) -> axum::http::request::Builder {
    let cookies = format!("daftar_language=en; {cookie}");
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "daftar.test")
        .header(header::COOKIE, cookies)
}
