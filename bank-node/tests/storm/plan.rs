//! Which fault befalls which request: drawn from a seed, a line's name, the request's number on that line and the weather.
//!
//! The same seed gives each line the same choices for the same numbers in the same weather. What it does not fix is time:
//! which request has which number, and in which weather it falls, depends on real processes and is another in each run.

use bank_node::simulation::chance::Chance;

/// What a line does with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Carries it.
    None,
    /// Carries it later.
    Delay { ms: u64 },
    /// Lets it go; the sender hears nothing.
    LoseRequest,
    /// Has it answered, and lets the answer go.
    LoseReply,
    /// Brings it twice at once.
    Twice,
    /// Brings it, and a copy of it later.
    CopyLater { ms: u64 },
    /// Holds it until another one has overtaken it.
    Overtaken,
    /// Brings half of it, and cuts the connections.
    CutRequest,
    /// Has it answered, brings back half of the answer, and cuts the connection.
    CutReply,
    /// Changes a byte of its body.
    GarbleRequest,
    /// Changes a byte of the answer's body.
    GarbleReply,
}

/// What a line is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Nothing is wrong.
    Calm,
    /// Every fault now and then.
    Rain,
    /// Hardly anything gets through.
    Storm,
    /// Requests do not arrive: with the way back mute, a partition of one direction.
    Deaf,
    /// Answers do not come back.
    Mute,
    /// Connections are taken, and nothing is ever read or said.
    Silent,
    /// Bytes come a few at a time.
    Slow,
}

/// Every fault that weather draws from, in the order of the chances below.
const DRAWN: usize = 10;
/// Of a thousand requests in rain: each of the faults in turn.
const RAIN: [u64; DRAWN] = [60, 15, 15, 25, 25, 40, 10, 10, 10, 10];
const STORM: [u64; DRAWN] = [150, 90, 90, 70, 70, 80, 60, 60, 50, 50];

/// What befalls request `number` of the line `name`.
pub fn fault(seed: u64, name: &str, number: u64, weather: Weather) -> Fault {
    let mut chance = Chance::new(mixed(seed, name) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    // The first draw of neighbouring numbers would be near to each other's second.
    let mut drawn = chance.bits() % 1_000;
    let parts = match weather {
        Weather::Calm | Weather::Silent | Weather::Slow => return Fault::None,
        Weather::Deaf => return Fault::LoseRequest,
        Weather::Mute => return Fault::LoseReply,
        Weather::Rain => RAIN,
        Weather::Storm => STORM,
    };
    let mut short = || chance.between(1, 80);
    let all = [
        Fault::Delay { ms: short() },
        Fault::LoseRequest,
        Fault::LoseReply,
        Fault::Twice,
        Fault::CopyLater { ms: 20 * short() },
        Fault::Overtaken,
        Fault::CutRequest,
        Fault::CutReply,
        Fault::GarbleRequest,
        Fault::GarbleReply,
    ];
    for (part, fault) in parts.into_iter().zip(all) {
        if drawn < part {
            return fault;
        }
        drawn -= part;
    }
    Fault::None
}

/// A seed of its own for whatever is called `name`.
pub fn mixed(seed: u64, name: &str) -> u64 {
    let mut chance = Chance::new(seed);
    name.bytes().fold(chance.bits(), |mixed, byte| Chance::new(mixed ^ u64::from(byte)).bits())
}

#[test]
fn a_seed_is_a_plan() {
    let plan = |seed, name, weather| -> Vec<Fault> {
        (0..2_000).map(|number| fault(seed, name, number, weather)).collect()
    };
    for weather in [Weather::Rain, Weather::Storm] {
        let one = plan(7, "aurora-boreal", weather);
        assert_eq!(one, plan(7, "aurora-boreal", weather));
        assert_ne!(one, plan(8, "aurora-boreal", weather));
        assert_ne!(one, plan(7, "boreal-aurora", weather));
        // Every kind of fault is drawn, and in about the part that the table gives it.
        let parts = if weather == Weather::Rain { RAIN } else { STORM };
        let faults = one.iter().filter(|fault| **fault != Fault::None).count();
        let wanted = usize::try_from(parts.iter().sum::<u64>() * 2).unwrap();
        assert!(faults.abs_diff(wanted) < 120, "{faults} faults of 2,000, and {wanted} are meant");
        for kind in one.iter().map(std::mem::discriminant).collect::<Vec<_>>() {
            assert!(one.iter().filter(|fault| std::mem::discriminant(*fault) == kind).count() > 4);
        }
        let kinds: std::collections::HashSet<_> = one.iter().map(std::mem::discriminant).collect();
        assert_eq!(kinds.len(), DRAWN + 1);
    }
    assert!(plan(7, "a", Weather::Calm).iter().all(|fault| *fault == Fault::None));
}
