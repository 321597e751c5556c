//! How sure a figure is when the families are a sample: the rescaling bootstrap of Rao, Wu and
//! Yue (Survey Methodology 18, 1992) over the drawn clusters, a family alone or a neighbourhood.
//!
//! Of `k` drawn clusters each replicate draws `k - 1` again, with return. A cluster drawn `m`
//! times weighs `1 - L + L * k / (k - 1) * m` of its own weight, with `L = sqrt(1 - f)` for the
//! share `f` of the country that the sample took: a whole country has no error of sampling. The
//! interval lies between the percentiles of the replicates. The same seed gives the same interval.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Replicates at least: fewer say nothing about the tails.
pub const REPLICATES_MIN: u32 = 50;
pub const REPLICATES_MAX: u32 = 10_000;

/// How the families were drawn.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The share of the country's clusters that was drawn, from 0 to 1.
    pub share: f64,
    /// By family: its cluster, numbered from 0. `None` where each family was drawn by itself.
    pub clusters: Option<Vec<u32>>,
    pub seed: u64,
    pub replicates: u32,
}

/// Between which bounds 95 of 100 such samples would put the figure.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Sample {
    pub fn cluster_count(&self, families: usize) -> usize {
        let counted = |clusters: &Vec<u32>| {
            let last = clusters.iter().max();
            last.map_or(0, |last| *last as usize + 1)
        };
        self.clusters.as_ref().map_or(families, counted)
    }

    /// The factors of one replicate by cluster; all are 1 where there are not two clusters.
    pub fn factors(&self, replicate: u32, clusters: usize) -> Vec<f64> {
        if clusters < 2 {
            return vec![1.0; clusters];
        }
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed);
        chance.set_stream(u64::from(replicate));
        let mut drawn = vec![0_u32; clusters];
        for _ in 1..clusters {
            drawn[chance.random_range(0..clusters)] += 1;
        }
        let part = (1.0 - self.share.clamp(0.0, 1.0)).sqrt();
        let each = part * clusters as f64 / (clusters - 1) as f64;
        let factor = |times: u32| 1.0 - part + each * f64::from(times);
        drawn.into_iter().map(factor).collect()
    }

    /// The factor of a family, given those of the clusters.
    pub fn factor_of(&self, factors: &[f64], family: usize) -> f64 {
        let cluster = |clusters: &Vec<u32>| clusters[family] as usize;
        factors[self.clusters.as_ref().map_or(family, cluster)]
    }
}

/// The interval of 95 in 100 from a figure's replicates; `None` without any.
pub fn interval(mut replicates: Vec<f64>) -> Option<Interval> {
    replicates.retain(|value| value.is_finite());
    replicates.sort_unstable_by(f64::total_cmp);
    let last = replicates.len().checked_sub(1)? as f64;
    let at = |share: f64| {
        let place = share * last;
        let (low, part) = (place.floor(), place.fract());
        let above = replicates[(low as usize + 1).min(last as usize)];
        replicates[low as usize] * (1.0 - part) + above * part
    };
    Some(Interval {
        low: at(0.025),
        high: at(0.975),
    })
}
