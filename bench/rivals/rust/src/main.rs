//! rust-prometheus with the work of bench/*_bench.cc, on the same inputs: `rust_prometheus SECONDS` measures every case
//! for this time and prints one line for each, `CASE NANOSECONDS`.

use prometheus::{Counter, CounterVec, Encoder, Gauge, Histogram, HistogramOpts, Opts, Registry, TextEncoder};
use std::sync::Barrier;
use std::time::{Duration, Instant};

const STATUSES: [(&str, &str); 16] = [
    ("GET", "200"), ("GET", "304"), ("GET", "404"), ("GET", "500"),
    ("POST", "201"), ("POST", "400"), ("POST", "409"), ("POST", "500"),
    ("PUT", "204"), ("PUT", "400"), ("PUT", "404"), ("PUT", "500"),
    ("HEAD", "200"), ("HEAD", "304"), ("HEAD", "404"), ("HEAD", "500"),
];
const ROUTES: usize = 10_000;

extern "C" {
    fn sched_getaffinity(pid: i32, size: usize, mask: *mut u64) -> i32;
    fn sched_setaffinity(pid: i32, size: usize, mask: *const u64) -> i32;
}

/// Binds the calling thread to one of the allowed cores, as `Pinned` in bench/threads.h does.
fn pin(thread: usize) {
    let mut allowed = [0u64; 16];
    let mut one = [0u64; 16];
    unsafe { sched_getaffinity(0, std::mem::size_of_val(&allowed), allowed.as_mut_ptr()) };
    let cores: Vec<usize> = (0..1024).filter(|core| allowed[core / 64] >> (core % 64) & 1 == 1).collect();
    let core = cores[thread % cores.len()];
    one[core / 64] = 1 << (core % 64);
    unsafe { sched_setaffinity(0, std::mem::size_of_val(&one), one.as_ptr()) };
}

/// Returns the time in which each thread calls `work(thread, times)` once.
fn elapsed(threads: usize, times: usize, work: &(dyn Fn(usize, usize) + Sync)) -> Duration {
    let start = Barrier::new(threads);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|thread| {
                let start = &start;
                scope.spawn(move || {
                    pin(thread);
                    start.wait();
                    let begin = Instant::now();
                    work(thread, times);
                    begin.elapsed()
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).max().unwrap()
    })
}

/// Repeats an operation for at least `seconds` with one thread and with two, and prints the time of one operation.
fn measure(case: &str, seconds: f64, work: &(dyn Fn(usize, usize) + Sync)) {
    for threads in [1, 2] {
        let mut times = 1000;
        let mut taken = elapsed(threads, times, work);
        while taken.as_secs_f64() < seconds {
            times *= if taken.as_secs_f64() < seconds / 10.0 { 10 } else { 2 };
            taken = elapsed(threads, times, work);
        }
        println!("{}/threads:{} {}", case, threads, taken.as_nanos() as f64 / times as f64);
    }
}

/// The latencies of bench/inputs.h: all 15 buckets get the same number of them, in random order.
fn latencies() -> Vec<f64> {
    let mut values: Vec<f64> =
        (0..1024).map(|i| 0.001 * (15.0 * (i as f64 + 0.5) / 1024.0 - 1.0).exp2()).collect();
    let mut random = 88172645463325252u64;
    for i in (1..values.len()).rev() {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        values.swap(i, random as usize % (i + 1));
    }
    values
}

fn requests() -> Opts {
    Opts::new("http_requests_total", "Requests answered.")
}

/// Samples of a text of counters with three labels. All counters change between two texts, half of them by a fraction.
fn text(seconds: f64) {
    let registry = Registry::new();
    let family = CounterVec::new(requests(), &["method", "path", "code"]).unwrap();
    registry.register(Box::new(family.clone())).unwrap();
    let counters: Vec<Counter> = (0..ROUTES)
        .map(|i| {
            let path = format!("/api/v1/customers/{}/invoices", 1_000_000 + i);
            let counter = family.with_label_values(&["GET", &path, "200"]);
            counter.inc_by(12_345.0);
            counter
        })
        .collect();
    let mut body = Vec::new();
    let (mut taken, mut texts) = (Duration::ZERO, 0);
    while taken.as_secs_f64() < seconds || texts < 2 {
        for (i, counter) in counters.iter().enumerate() {
            counter.inc_by(if i % 2 == 0 { 1.0 } else { 1.0 / 3.0 });
        }
        let begin = Instant::now();
        body.clear();
        TextEncoder::new().encode(&registry.gather(), &mut body).unwrap();
        taken += begin.elapsed();
        texts += 1;
    }
    assert!(body.len() > ROUTES);
    println!("text_counters/series:{} {}", ROUTES, taken.as_nanos() as f64 / (texts * ROUTES) as f64);
}

fn main() {
    let seconds: f64 = std::env::args().nth(1).and_then(|word| word.parse().ok()).expect("usage: rust_prometheus SECONDS");

    let counter = Counter::with_opts(requests()).unwrap();
    measure("counter_inc", seconds, &|_, times| {
        for _ in 0..times {
            counter.inc();
        }
    });

    let gauge = Gauge::new("http_requests_in_flight", "Requests being answered now.").unwrap();
    measure("gauge_inc", seconds, &|_, times| {
        for _ in 0..times {
            gauge.inc();
        }
    });
    measure("gauge_set", seconds, &|_, times| {
        for i in 0..times {
            gauge.set(i as f64);
        }
    });

    let buckets = prometheus::exponential_buckets(0.001, 2.0, 14).unwrap();
    let opts = HistogramOpts::new("http_request_duration_seconds", "Time to answer a request.").buckets(buckets);
    let histogram = Histogram::with_opts(opts).unwrap();
    let values = latencies();
    measure("histogram_rotating", seconds, &|thread, times| {
        for i in 0..times {
            histogram.observe(values[(i + 7 * thread) % 1024]);
        }
    });

    let family = CounterVec::new(requests(), &["method", "code"]).unwrap();
    measure("lookup_inc", seconds, &|thread, times| {
        for i in 0..times {
            let (method, code) = STATUSES[(i + 7 * thread) % 16];
            family.with_label_values(&[method, code]).inc();
        }
    });

    text(seconds);
}
