//! Households that look random and are the same every time, as columns.

use std::path::Path;
use std::time::Instant;

/// Money in cents, areas in hundredths of a square metre, days since 1970-01-01.
#[derive(Debug, Default)]
pub struct People {
    /// One more than households.
    pub member_start: Vec<u32>,
    /// 0 adult, 1 child.
    pub role: Vec<i64>,
    pub birth: Vec<i64>,
    pub salary: Vec<i64>,
    pub capital_returns: Vec<i64>,
    pub rent: Vec<i64>,
    pub size: Vec<i64>,
    /// 0 owner, 1 tenant, 2 free lodger, 3 homeless.
    pub status: Vec<i64>,
}

/// 1 January 2017: the day of the law that is measured.
pub const DAY: i64 = 17_167;

pub fn now() -> Instant {
    Instant::now()
}

/// Processor time of all threads of this process, in hundredths of a second.
pub fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat[stat.rfind(')').expect("a name") + 2..]
        .split(' ')
        .collect();
    let ticks = |place: usize| fields[place].parse::<f64>().expect("a number of ticks");
    (ticks(11) + ticks(12)) / 100.0
}

fn mix(seed: u64, salt: u64) -> u64 {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 31;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 29
}

impl People {
    pub fn synthetic(persons: usize) -> People {
        let mut people = People {
            member_start: vec![0],
            ..People::default()
        };
        let mut household = 0;
        while people.role.len() < persons {
            people.add(household);
            household += 1;
        }
        people
    }

    /// One to eight members, 4.5 on average; the first, and mostly the second, is an adult.
    fn add(&mut self, household: u64) {
        let luck = |salt: u64| mix(household, salt);
        let members = 1 + luck(1) % 8;
        let adults = (1 + luck(2) % 2 + u64::from(luck(3).is_multiple_of(5))).min(members);
        for member in 0..members {
            let of = |salt: u64| mix(household << 4 | member, salt);
            let adult = member < adults;
            let days = if adult {
                18 * 365 + of(11) % 25_000
            } else {
                of(12) % 6_570
            };
            self.role.push(i64::from(!adult));
            self.birth.push(DAY - days as i64);
            let (salary, capital) = match of(13) % 20 {
                _ if !adult => (0, 0),
                0..8 => (0, of(16) % 3_000),
                8..18 => (of(14) % 300_000, 0),
                _ => (of(15) % 2_000_000, of(17) % 50_000),
            };
            self.salary.push(salary as i64);
            self.capital_returns.push(capital as i64);
        }
        self.rent.push((luck(4) % 90_000) as i64);
        self.size.push((luck(5) % 200 * 100) as i64);
        self.status.push((luck(6) % 4) as i64);
        self.member_start.push(self.role.len() as u32);
    }

    pub fn households(&self) -> usize {
        self.rent.len()
    }

    fn columns(&mut self) -> [(&'static str, &mut Vec<i64>); 7] {
        [
            ("role", &mut self.role),
            ("birth", &mut self.birth),
            ("salary", &mut self.salary),
            ("capital_returns", &mut self.capital_returns),
            ("rent", &mut self.rent),
            ("accommodation_size", &mut self.size),
            ("housing_occupancy_status", &mut self.status),
        ]
    }

    pub fn write(mut self, folder: &Path) {
        std::fs::create_dir_all(folder).expect("a folder");
        let starts: Vec<i64> = self
            .member_start
            .iter()
            .map(|start| i64::from(*start))
            .collect();
        write(folder, "member_start", &starts);
        for (name, column) in self.columns() {
            write(folder, name, column);
        }
    }

    pub fn read(folder: &Path) -> People {
        let mut people = People::default();
        let starts = read(folder, "member_start");
        people.member_start = starts.iter().map(|start| *start as u32).collect();
        for (name, column) in people.columns() {
            *column = read(folder, name);
        }
        people
    }
}

fn write(folder: &Path, name: &str, values: &[i64]) {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    std::fs::write(folder.join(format!("{name}.i64")), bytes).expect("a column is written");
}

fn read(folder: &Path, name: &str) -> Vec<i64> {
    let bytes = std::fs::read(folder.join(format!("{name}.i64"))).expect("a column");
    let (numbers, _) = bytes.as_chunks::<8>();
    numbers
        .iter()
        .map(|bytes| i64::from_le_bytes(*bytes))
        .collect()
}
