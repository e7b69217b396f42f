//! The screens before there is something to watch.

use corescope_top::ui::stage::{PickRow, Picker, Stage, Waiting};
use corescope_top::units::Mono;

use super::World;

pub fn waiting() -> World {
    let mut world = World::empty();
    world.now = Mono(75_000_000_000);
    world.ui.stage = Stage::Waiting(Waiting {
        looks_for: "corescope-ingestor or mesh-ingest".into(),
        since: Mono(0),
        processes: 143,
        problems: vec![
            "/proc is mounted with hidepid: other users' processes can't be seen; run as root".into(),
        ],
    });
    world
}

pub fn picking(rows: u32) -> World {
    let mut world = World::empty();
    let row = |n: u32| PickRow {
        pid: 4000 + n * 13,
        name: "corescope-ingestor".into(),
        user: (n != 5).then(|| if n == 3 { "uid 100231".into() } else { "meshcore".into() }),
        exe: (n == 1).then(|| "python3.11".into()),
        container: (!n.is_multiple_of(3)).then(|| format!("meshcore-{n}").into()),
        db: (n % 5 != 4).then(|| format!("/srv/site-{n}/data/meshcore.db").into()),
        uptime: f64::from(n) * 7000.0 + 5.0,
        write: (n != 1).then(|| f64::from(n) * 400_000.0),
    };
    let picker = Picker { rows: (0..rows).map(row).collect(), chosen: Some(4013), filter: String::new() };
    world.ui.stage = Stage::Picking(picker);
    world
}
