//! Lab reports, their results, and how a value developed.

use pericard::{
    LabComparator, LabFlag, LabMeasurement, LabQuantity, LabReport, LabReportId, LabResult,
    LabSeries, LabStatus, LabTrend, LabValue, Labs,
};
use serde_json::{Value, json};

use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Output, clean, one_line};
use crate::time_format;

/// Reports that are listed.
const LISTED: u32 = 50;
/// Columns of a drawn series.
const WIDTH: usize = 40;

pub(super) async fn run(
    options: &Options,
    report: Option<&str>,
    plot: Option<&str>,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let labs = context.labs_of(&*context.account().await?)?;
    match (report, plot) {
        (_, Some(name)) => draw(&labs, name, output).await?,
        (Some(report), _) => show(&labs, report, output).await?,
        (None, None) => list(&labs, output).await?,
    }
    context.close().await
}

async fn list(labs: &Labs, output: &Output) -> Result<(), Failure> {
    let page = labs.reports(None, LISTED).await?;
    output.result(&json!({ "reports": page.reports.iter().map(report_shape).collect::<Vec<_>>() }));
    if page.reports.is_empty() {
        output.tell("There are no lab results here.");
    }
    for (n, report) in page.reports.iter().enumerate() {
        let new = if report.unread { " (new)" } else { "" };
        output.say(format!("{:>3}  {}{new}", n + 1, heading(report)));
    }
    Ok(())
}

async fn show(labs: &Labs, wanted: &str, output: &Output) -> Result<(), Failure> {
    let id = one(labs, wanted).await?;
    let found = labs.report(id.clone()).await?;
    labs.mark_read(id).await?;
    let results = found.results.iter().map(result_shape);
    output.result(
        &json!({ "report": report_shape(&found.report), "missing": found.missing,
        "results": results.collect::<Vec<_>>() }),
    );
    output.say(heading(&found.report));
    for result in &found.results {
        let measured = &result.measured;
        output.say(format!(
            "  {:<24} {}{}",
            one_line(&measured.name),
            line(measured),
            mark(result.status)
        ));
        for part in &result.components {
            output.say(format!("    {:<22} {}", one_line(&part.name), line(part)));
        }
        for comment in &result.comments {
            output.say(format!("    {}", clean(comment)));
        }
    }
    for text in [&found.report.conclusion, &found.report.narrative] {
        if !text.is_empty() {
            output.say(clean(text));
        }
    }
    if found.missing > 0 {
        output.tell(format!("{} of its results are not here.", found.missing));
    }
    Ok(())
}

/// The report that `wanted` means: a number of the list, or an id.
async fn one(labs: &Labs, wanted: &str) -> Result<LabReportId, Failure> {
    let Ok(number) = wanted.parse::<usize>() else {
        return Ok(wanted.into());
    };
    let page = labs.reports(None, LISTED).await?;
    let report = number.checked_sub(1).and_then(|n| page.reports.get(n));
    report.map(|report| report.id.clone()).ok_or_else(|| {
        Failure::usage(
            format!("there is no report {number}"),
            "Numbers refer to the current list: pericard labs",
        )
    })
}

async fn draw(labs: &Labs, name: &str, output: &Output) -> Result<(), Failure> {
    let trend = trend(labs, name).await?;
    output.result(&json!({ "name": trend.name,
        "series": trend.series.iter().map(series_shape).collect::<Vec<_>>() }));
    for series in &trend.series {
        output.say(format!(
            "{}, {}",
            one_line(&trend.name),
            one_line(&series.unit)
        ));
        for line in drawn(series) {
            output.say(line);
        }
    }
    Ok(())
}

/// The trend of the newest result whose name contains `name`.
async fn trend(labs: &Labs, name: &str) -> Result<LabTrend, Failure> {
    let wanted = name.to_lowercase();
    let mut after = None;
    loop {
        let page = labs.reports(after, LISTED).await?;
        for report in &page.reports {
            let results = labs.report(report.id.clone()).await?.results;
            let mut results = results.into_iter();
            let is = |it: &LabResult| it.measured.name.to_lowercase().contains(&wanted);
            if let Some(result) = results.find(is) {
                return Ok(labs.trend(result.id).await?);
            }
        }
        after = page.after;
        if after.is_none() {
            let advice = "List the reports: pericard labs";
            return Err(Failure::usage(
                format!("no result is called {name}"),
                advice,
            ));
        }
    }
}

/// A line for each point, the oldest first: its date, its place between the least and the most, its number. What is
/// usual is drawn as a band.
fn drawn(series: &LabSeries) -> Vec<String> {
    let points = &series.points;
    let ends = points
        .iter()
        .flat_map(|it| [Some(it.value), it.low, it.high]);
    let (least, most) = ends
        .flatten()
        .fold((f64::MAX, f64::MIN), |(least, most), it| {
            (least.min(it), most.max(it))
        });
    let span = (most - least).max(f64::MIN_POSITIVE);
    let column = |value: f64| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let column = ((value - least) / span * (WIDTH - 1) as f64).round() as usize;
        column.min(WIDTH - 1)
    };
    let row = |point: &pericard::LabPoint| {
        let mut row = vec![' '; WIDTH];
        if let (Some(low), Some(high)) = (point.low, point.high) {
            row[column(low)..=column(high)].fill('·');
        }
        row[column(point.value)] = '●';
        let day = time_format::brief(point.at, point.precision);
        let converted = if point.converted { ", converted" } else { "" };
        let bar: String = row.into_iter().collect();
        format!(
            "{day:>14} │{bar}│ {}{}{converted}",
            sign(point.comparator),
            point.value
        )
    };
    points.iter().map(row).collect()
}

fn heading(report: &LabReport) -> String {
    let name = match report.name.is_empty() {
        true => "Results without a report".to_owned(),
        false => one_line(&report.name),
    };
    let day = time_format::brief(report.at, report.precision);
    format!("{day}  {name}{}", mark(report.status))
}

fn mark(status: LabStatus) -> &'static str {
    match status {
        LabStatus::Registered => " [expected]",
        LabStatus::Preliminary => " [preliminary]",
        LabStatus::Corrected => " [corrected]",
        LabStatus::Final | LabStatus::Unknown => "",
    }
}

fn line(measured: &LabMeasurement) -> String {
    let mut line = value(&measured.value);
    if matches!(measured.value, LabValue::Nothing) && !measured.absent.is_empty() {
        line = format!("({})", one_line(&measured.absent));
    }
    for said in &measured.interpretations {
        let flag = match said.flag {
            LabFlag::Normal => continue,
            LabFlag::Other => one_line(&said.text),
            flag => format!("{flag:?}"),
        };
        line.push_str(&format!("  {flag}"));
    }
    for range in &measured.ranges {
        let end = |end: &Option<LabQuantity>| end.as_ref().map(|it| it.value.clone());
        let ends = match (end(&range.low), end(&range.high)) {
            (None, None) => one_line(&range.text),
            (low, high) => format!("{}–{}", low.unwrap_or_default(), high.unwrap_or_default()),
        };
        let whom = one_line(&range.applies_to);
        line.push_str(&format!(
            "  ({ends}{}{whom})",
            if whom.is_empty() { "" } else { ", " }
        ));
    }
    line
}

fn sign(comparator: LabComparator) -> &'static str {
    match comparator {
        LabComparator::Equal => "",
        LabComparator::Less => "<",
        LabComparator::LessOrEqual => "≤",
        LabComparator::GreaterOrEqual => "≥",
        LabComparator::Greater => ">",
        LabComparator::Other => "?",
    }
}

fn value(value: &LabValue) -> String {
    let amount =
        |it: &LabQuantity| format!("{}{} {}", sign(it.comparator), it.value, one_line(&it.unit));
    let end = |it: &Option<LabQuantity>| it.as_ref().map(amount).unwrap_or_default();
    match value {
        LabValue::Nothing => String::new(),
        LabValue::Quantity { quantity } => amount(quantity),
        LabValue::Text { text } => clean(text),
        LabValue::Boolean { value } => if *value { "yes" } else { "no" }.to_owned(),
        LabValue::Integer { value } => value.to_string(),
        LabValue::Range { low, high } => format!("{} – {}", end(low), end(high)),
        LabValue::Ratio {
            numerator,
            denominator,
        } => format!("{} : {}", end(numerator), end(denominator)),
        LabValue::Unsupported => "(cannot be shown here)".to_owned(),
    }
}

fn report_shape(report: &LabReport) -> Value {
    json!({ "id": report.id, "name": report.name, "laboratory": report.laboratory, "unread": report.unread,
        "status": status(report.status), "at": time_format::written(report.at, report.precision),
        "conclusion": report.conclusion, "narrative": report.narrative })
}

fn result_shape(result: &LabResult) -> Value {
    let measured = &result.measured;
    let flags = measured
        .interpretations
        .iter()
        .map(|it| format!("{:?}", it.flag));
    json!({ "id": result.id, "name": measured.name, "value": value(&measured.value), "absent": measured.absent,
        "flags": flags.collect::<Vec<_>>(), "status": status(result.status),
        "at": time_format::written(result.at, result.precision), "comments": result.comments })
}

fn status(status: LabStatus) -> String {
    format!("{status:?}").to_lowercase()
}

fn series_shape(series: &LabSeries) -> Value {
    let points = series.points.iter().map(|point| {
        json!({ "at": time_format::written(point.at, point.precision), "value": point.value,
            "converted": point.converted, "low": point.low, "high": point.high })
    });
    json!({ "unit": series.unit, "points": points.collect::<Vec<_>>() })
}
