//! The customer's terminal: every account in the consortium, on one screen.
//!
//! One shape: an [`app::Event`] goes into [`app::update`], which changes [`app::App`] and gives [`app::Effect`]s. The
//! core does nothing itself; [`node`] talks to banks and disk, [`terminal`] to the screen, and both come back with events.
//!
//! # How to add a room
//!
//! 1. **State**: `rooms/NAME.rs` with a struct, `pub const SCOPES`, and [`rooms::Screen`] for it. Forms are
//!    [`widgets::form::Form`] with an `enum Id` for its fields; [`widgets::form::Step`] says what a key did. It asks banks
//!    with `cx.ask(Slot("what", row), seat, Call::…)` and hears the answer in `answered(slot, …)`; a newer request under
//!    the same slot replaces the older; nothing arrives in a room that was left. Money moves only through
//!    `cx.order(legs)`, which gives the package's id; `world.orders.order(id)` says how it stands, at any time.
//! 2. **View**: `rooms/NAME/view.rs` with `draw(&self, frame, area, seen)`, from [`widgets`]. It changes nothing. Words come
//!    from `seen.texts`, looks from `seen.style(Meaning::…)`; a sign and a word beside each colour.
//! 3. **Texts**: `texts/NAME.rs` with `sentences! { Name { key = "português", "English"; } }`, one line for it in
//!    [`texts::Texts`] and one in `Texts::new`.
//! 4. **Room**: a variant of [`rooms::Room`], a line each in `screen`, `screen_mut` and `ROOM_SCOPES`.
//! 5. **Actions**: for keys of its own a variant of [`actions::Scope`], variants of [`actions::Action`] and rows in
//!    [`actions::ACTIONS`]. For a place in home's menu: one row with `Scope::Home` and a digit, and one line in
//!    [`rooms::doors::HOME_MENU`].
//! 6. **Questions** (popups): a variant of [`popups::question::Ask`] with its words, or a [`popups::pick::Pick`] to choose
//!    from a list; the answer comes to `popup_answered`.
//! 7. **Tests**: `rooms/NAME/tests.rs` with key scripts through `testing`, a `shown` that brings the room into each of the
//!    five states of `rooms::looks` with the snapshots of them, and a line in `rooms::looks::ROOMS`, so that it is drawn at
//!    every size.

pub mod cli;

pub mod config;

pub mod app;

pub mod actions;

pub mod rooms;

pub mod popups;

pub mod widgets;

pub mod leg_lines;

pub mod theme;

pub mod texts;

pub mod receipt;

pub mod statement_csv;

pub mod node;

pub mod terminal;

pub mod teller;

pub mod secret;

pub mod scripts;

pub mod plain;

#[cfg(feature = "demo")]
pub mod demo;

pub mod clock;

pub mod ids;

#[cfg(test)]
pub mod testing;
