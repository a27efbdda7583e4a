//! Pieces of screen that rooms are made of. They draw and edit; they know no bank and send nothing.

pub mod complaint;

pub mod text;

pub mod field;

pub mod form;

pub mod leg_line;

pub mod hits;

pub mod search;

pub mod panel;

pub mod list;

pub mod menu;

pub mod filter;

pub mod bars;
