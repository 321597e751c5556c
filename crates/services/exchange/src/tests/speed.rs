//! Figures, not promises: `cargo nextest run --release -p exchange --run-ignored all speed --no-capture`

use super::*;
use std::time::Instant as Stopwatch;

const FAMILIES: u16 = 2_000;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; run it in release"]
#[allow(clippy::print_stdout)]
async fn speed_of_gathering_many_families_and_one() {
    let platform = platform_of_one().await;
    let story = story(&platform).await;
    (1..=FAMILIES + 50).for_each(|number| know_family(&story.partner, number));
    let asks: Vec<Ask> = (1..=FAMILIES).map(ask_about).collect();
    let began = Stopwatch::now();
    let gathered = gather::ask(&story.exchange, &story.permit, asks)
        .await
        .unwrap();
    let seconds = began.elapsed().as_secs_f64();
    assert!(gathered.iter().all(|gathered| gathered.silent.is_empty()));
    let mut one_by_one: Vec<f64> = Vec::new();
    for number in FAMILIES + 1..=FAMILIES + 50 {
        let began = Stopwatch::now();
        assert_eq!(story.gather(ask_about(number)).await.silent, []);
        one_by_one.push(began.elapsed().as_secs_f64() * 1e3);
    }
    one_by_one.sort_by(f64::total_cmp);
    println!(
        "{{\"families_per_s\":{:.0},\"one_family_ms_p50\":{:.1},\"one_family_ms_max\":{:.1}}}",
        f64::from(FAMILIES) / seconds,
        one_by_one[25],
        one_by_one[49],
    );
}
