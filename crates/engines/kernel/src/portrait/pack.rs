//! Writing a portrait, and reading it back as owned values.

use super::view::{FACT_HEAD, FactView, MemberView, PortraitView, VERSION};
use super::{BadBytes, Member, PackedFact, Portrait, Sex};
use crate::bytes::put_u64;

impl Portrait {
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.members.len() * 128);
        self.pack_into(&mut out);
        out
    }

    /// Appends to `out`, so that a bulk writer keeps one buffer.
    pub fn pack_into(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend_from_slice(self.unit.as_bytes());
        out.extend_from_slice(self.head.as_bytes());
        put_u64(out, u64::from(self.district));
        put_u64(out, u64::from(self.mahalla));
        put_u64(out, self.members.len() as u64);
        self.members
            .iter()
            .for_each(|member| put_member(out, member));
        put_facts(out, &self.facts);
    }

    pub fn unpack(bytes: &[u8]) -> Result<Portrait, BadBytes> {
        let view = PortraitView::new(bytes)?;
        Ok(Portrait {
            unit: view.unit(),
            head: view.head(),
            district: view.district(),
            mahalla: view.mahalla(),
            members: view.members().map(owned_member).collect(),
            facts: view.facts().map(owned_fact).collect(),
        })
    }
}

fn put_member(out: &mut Vec<u8>, member: &Member) {
    out.extend_from_slice(member.person.as_bytes());
    let sex = u8::from(member.sex == Sex::Female);
    let died = u8::from(member.died.is_some());
    out.push(member.role.code() | member.tie.code() << 2 | sex << 4 | died << 5);
    out.extend_from_slice(&member.born.0.to_le_bytes());
    if let Some(died) = member.died {
        out.extend_from_slice(&died.0.to_le_bytes());
    }
    put_facts(out, &member.facts);
}

fn put_facts(out: &mut Vec<u8>, facts: &[PackedFact]) {
    put_u64(out, facts.iter().map(packed_len).sum::<usize>() as u64);
    for fact in facts {
        out.extend_from_slice(fact.id.as_bytes());
        out.extend_from_slice(&fact.kind.to_le_bytes());
        out.push(fact.source.code());
        out.extend_from_slice(&fact.as_of.0.to_le_bytes());
        put_u64(out, fact.body.len() as u64);
        out.extend_from_slice(&fact.body);
    }
}

fn packed_len(fact: &PackedFact) -> usize {
    let body = fact.body.len();
    let bytes_of_length = (70 - (body as u64 | 1).leading_zeros() as usize) / 7;
    FACT_HEAD + bytes_of_length + body
}

fn owned_member(view: MemberView<'_>) -> Member {
    let MemberView {
        person,
        role,
        tie,
        sex,
        born,
        died,
        ..
    } = view;
    let facts = view.facts().map(owned_fact).collect();
    Member {
        person,
        role,
        tie,
        sex,
        born,
        died,
        facts,
    }
}

fn owned_fact(view: FactView<'_>) -> PackedFact {
    let FactView {
        id,
        kind,
        source,
        as_of,
        body,
    } = view;
    PackedFact {
        id,
        kind,
        source,
        as_of,
        body: body.to_vec(),
    }
}
