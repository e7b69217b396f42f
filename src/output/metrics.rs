//! `metrics`: the target's figures for Prometheus and everything that reads its formats.
//!
//! Names, units and labels follow Prometheus' own guidance ("Metric and label naming", "Writing
//! exporters"): counters are the raw totals, units are base units, and nothing foreign makes more than
//! [`TOP`] time series of a kind. What is unknown has no series.

mod families;

use std::fmt;
use std::fmt::Write as _;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::model::snapshot::Snapshot;

/// Backfills, components and MQTT sources that get a series of their own; the rest is `other`.
pub const TOP: usize = 20;

/// One metric with all its series.
#[derive(Clone, Debug)]
struct Family {
    /// Without unit and `_total`.
    name: &'static str,
    help: &'static str,
    unit: Option<&'static str>,
    kind: Kind,
    series: Vec<(Labels, f64)>,
}

type Labels = Vec<(&'static str, String)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
}

impl Family {
    /// The name as it stands before the series, without `_total`.
    fn full_name(&self) -> String {
        self.unit.map_or_else(|| self.name.to_owned(), |unit| format!("{}_{unit}", self.name))
    }

    fn encode(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let kind = match self.kind {
            Kind::Counter => MetricType::Counter,
            Kind::Gauge => MetricType::Gauge,
        };
        let unit = self.unit.map(|unit| Unit::Other(unit.to_owned()));
        let mut metric = encoder.encode_descriptor(self.name, self.help, unit.as_ref(), kind)?;
        for (labels, value) in &self.series {
            if labels.is_empty() {
                self.value(&mut metric, *value)?;
            } else {
                self.value(&mut metric.encode_family(labels)?, *value)?;
            }
        }
        Ok(())
    }

    fn value(&self, metric: &mut MetricEncoder, value: f64) -> fmt::Result {
        match self.kind {
            Kind::Counter => metric.encode_counter::<NoLabelSet, f64, f64>(&value, None),
            Kind::Gauge => metric.encode_gauge(&value),
        }
    }
}

/// The families that have anything to say.
#[derive(Debug)]
struct Families(Vec<Family>);

impl Collector for Families {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        self.0.iter().try_for_each(|family| family.encode(&mut encoder))
    }
}

/// Names of all the families there can be, as they stand in their descriptions: without `_total`.
pub fn names() -> Vec<String> {
    families::every(&Snapshot::default()).iter().map(Family::full_name).collect()
}

/// The exposition in the `OpenMetrics` text format, 1.0.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn openmetrics(snapshot: &Snapshot) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Families(families::of(snapshot))));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// The same in the older text format, 0.0.4, which `node_exporter`'s textfile collector reads: there a
/// counter's full name is described, and units and the end go without saying.
///
/// # Errors
/// As [`openmetrics`].
pub fn prometheus_text(snapshot: &Snapshot) -> Result<String, fmt::Error> {
    let counters: Vec<String> = families::of(snapshot)
        .iter()
        .filter(|family| family.kind == Kind::Counter)
        .map(Family::full_name)
        .collect();
    let mut text = String::new();
    for line in openmetrics(snapshot)?.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("EOF" | "UNIT"), ..) => {}
            (Some("#"), Some(what), Some(name), Some(rest)) if counters.iter().any(|it| it == name) => {
                writeln!(text, "# {what} {name}_total {rest}")?;
            }
            _ => writeln!(text, "{line}")?,
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
