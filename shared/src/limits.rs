//! Every limit of the product that more than one place has to know, written once; the unit or bound stands last.

/// Legs of one package, at most.
pub const LEGS_MAX: usize = 64;
/// Banks that one package may touch, the coordinator included.
pub const PACKAGE_BANKS_MAX: usize = 16;
/// The most one leg may move, in centavos (R$ 10.000.000.000,00).
pub const AMOUNT_MAX: i64 = 1_000_000_000_000;
/// No balance of any ledger account passes this, in either direction, in centavos.
pub const BALANCE_MAX: i64 = 100_000_000_000_000_000;
/// What another bank may owe this one, prepared credits included, unless `exposure_cap` says otherwise, in centavos.
pub const EXPOSURE_CAP_DEFAULT: i64 = 10_000_000_000_000;
/// Holders of one account, invited ones included.
pub const HOLDERS_MAX: usize = 4;
/// Accounts that one customer may hold at one bank.
pub const ACCOUNTS_PER_CUSTOMER_MAX: usize = 20;
/// A person's or a company's name, in characters.
pub const NAME_CHARS_MAX: usize = 80;
/// A leg's description, in characters.
pub const DESCRIPTION_CHARS_MAX: usize = 140;
/// A password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// A password, in characters: longer ones only feed the hash.
pub const PASSWORD_CHARS_MAX: usize = 256;
/// A customer's request body, in bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// A batch between banks, in bytes.
pub const INTERBANK_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Rows of one page of any listing.
pub const PAGE_ROWS_MAX: usize = 100;
/// Rows of one page when the caller does not say.
pub const PAGE_ROWS_DEFAULT: usize = 50;
/// What a consent allows per package when its giver does not say, in centavos (R$ 5.000,00).
pub const CONSENT_PER_PACKAGE_DEFAULT: i64 = 500_000;
/// What a consent allows per day when its giver does not say, in centavos (R$ 20.000,00).
pub const CONSENT_PER_DAY_DEFAULT: i64 = 2_000_000;
/// How long a consent stands when its giver does not say.
pub const CONSENT_DAYS_DEFAULT: i64 = 365;
/// Payee look-ups of one customer in a minute.
pub const PAYEE_LOOKUPS_PER_MINUTE_MAX: u32 = 120;
/// Event streams that one customer may have open at one bank.
pub const EVENT_STREAMS_PER_CUSTOMER_MAX: usize = 8;
/// How often a bank that has nothing to tell says on a stream that it is still there, in seconds.
pub const EVENT_HEARTBEAT_S: u64 = 15;
/// The port of a bank whose address names none.
pub const BANK_PORT_DEFAULT: u16 = 7001;
