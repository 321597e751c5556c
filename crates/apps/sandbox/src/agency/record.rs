//! Records as `schema.spdci.org` names their fields, from what the agency says in its own words.

use serde_json::{Value, json};

fn identifiers(pinfl: &Value) -> Value {
    json!([{ "@type": "Identifier", "identifier_type": "UIN", "identifier_value": pinfl }])
}

/// A day as the schema writes it: the first moment of it.
fn moment(day: &Value) -> Value {
    match day.as_str() {
        Some(day) => format!("{day}T00:00:00Z").into(),
        None => Value::Null,
    }
}

fn person(of: &Value) -> Value {
    let sex = if of["sex"] == "m" { "male" } else { "female" };
    let names = &of["names"];
    json!({
        "name": { "surname": names["family"], "given_name": names["given"],
            "second_name": names["patronymic"] },
        "sex": sex,
        "birth_date": moment(&of["born"]),
        "death_date": moment(&of["died"]),
    })
}

/// A CRVSPerson; the profile adds since when a tie and an address hold.
pub fn civil(of: &Value) -> Value {
    let mut record = person(of);
    record["@type"] = "CRVSPerson".into();
    record["identifier"] = identifiers(&of["pinfl"]);
    record["phone_number"] = of["phone"].as_str().into_iter().collect::<Vec<_>>().into();
    let home = &of["residence"];
    record["address"] = json!([{
        "@type": "Address", "country_code": "UZ", "sub_region_code": home["district"],
        "locality": home["mahalla"], "address_line_1": home["dwelling"], "since": home["since"],
    }]);
    let spouse = Some(&of["spouse"]).filter(|spouse| !spouse.is_null());
    record["marital_status"] = if spouse.is_some() { "M" } else { "U" }.into();
    record["marriage_date"] = moment(&of["spouse"]["since"]);
    let married = spouse.map(|spouse| {
        json!({ "relationship_type": "spouse",
            "related_member": { "member_identifier": identifiers(&spouse["pinfl"]) } })
    });
    let children = of["children"].as_array().into_iter().flatten().map(child);
    record["related_person"] = married
        .into_iter()
        .chain(children)
        .collect::<Vec<_>>()
        .into();
    record
}

fn child(of: &Value) -> Value {
    let tie = match of["relation"].as_str() {
        Some("adopter") => "adopted_child",
        Some("guardian") => "ward",
        _ => "child",
    };
    json!({
        "relationship_type": tie,
        "since": of["since"],
        "related_member": { "member_identifier": identifiers(&of["pinfl"]),
            "demographic_info": person(of) },
    })
}

/// The record of what has happened, from the message by which Daftar's own interface is told.
pub fn of_event(of: &Value) -> Value {
    match of["kind"].as_str() {
        Some("death" | "death_annulled") => {
            json!({ "@type": "CRVSPerson", "identifier": identifiers(&of["person"]),
            "death_date": moment(&of["on"]) })
        }
        Some("marriage") => union(of, "marriage_date"),
        Some("divorce") => union(of, "divorce_date"),
        _ => birth(of),
    }
}

fn birth(of: &Value) -> Value {
    let mut record = person(&of["child"]);
    record["@type"] = "CRVSPerson".into();
    record["identifier"] = identifiers(&of["child"]["pinfl"]);
    record["parent1_identifier"] = identifiers(&of["mother"]);
    if !of["father"].is_null() {
        record["parent2_identifier"] = identifiers(&of["father"]);
    }
    record
}

/// The schema has a field for the day alone: the other one stands among those related.
fn union(of: &Value, day: &str) -> Value {
    json!({
        "@type": "CRVSPerson",
        "identifier": identifiers(&of["person"]),
        day: moment(&of["on"]),
        "related_person": [{ "relationship_type": "spouse",
            "related_member": { "member_identifier": identifiers(&of["spouse"]) } }],
    })
}

/// A Farmer with the number beside the standard's details, by which a record is known to be of the
/// person asked about.
pub fn farmer(of: &Value) -> Value {
    let farms = of["farms"].as_array().into_iter().flatten().map(|farm| {
        json!({ "@type": "FarmInfo", "land_size": farm["land_ares"], "measurment": "are",
            "farming_activities": {
                "animal_production": { "type": "cattle", "count": farm["cattle"] } } })
    });
    json!({
        "@type": "Farmer",
        "identifier": identifiers(&of["pinfl"]),
        "farm_details": farms.collect::<Vec<_>>(),
    })
}

/// A Member with the spell of work that lasts. Whether somebody serves, the standard has no field for.
pub fn employment(of: &Value) -> Value {
    let status = match of["status"].as_str() {
        Some("employed") => "1",
        Some("job_seeker") => "5",
        _ => "8",
    };
    let spell = json!({ "start_date": of["since"], "end_date": null, "employer": of["employer"] });
    let spells = (status == "1").then_some(spell);
    json!({
        "@type": "Member",
        "member_identifier": identifiers(&of["pinfl"]),
        "employment_status": status,
        "employment_info": spells.into_iter().collect::<Vec<_>>(),
    })
}

/// A PWDPerson; the profile of Uzbekistan adds group and ability to work.
pub fn disability(of: &Value) -> Value {
    let is_disabled = of["group"] != "none";
    json!({
        "@type": "PWDPerson",
        "identifier": identifiers(&of["pinfl"]),
        "disability_status": i32::from(is_disabled),
        "disability_group": of["group"],
        "unable_to_work": of["unable_to_work"],
        "valid_until": of["until"],
    })
}
