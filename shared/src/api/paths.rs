//! The paths of the interface, in axum's notation where a part varies.

/// This bank.
pub const BANK: &str = "/v1/bank";
/// The consortium as this bank sees it.
pub const CONSORTIUM: &str = "/v1/consortium";
/// Sign up.
pub const CUSTOMERS: &str = "/v1/customers";
/// The customer of the session.
pub const CUSTOMER_ME: &str = "/v1/customers/me";
/// Log in; list sessions.
pub const SESSIONS: &str = "/v1/sessions";
/// Log out.
pub const SESSION_CURRENT: &str = "/v1/sessions/current";
/// End one session.
pub const SESSION: &str = "/v1/sessions/{id}";
/// Open an account; list one's own.
pub const ACCOUNTS: &str = "/v1/accounts";
/// An account here.
pub const ACCOUNT: &str = "/v1/accounts/{number}";
/// An account anywhere. (One pattern with the next part literal below it; axum matches literals first.)
pub const ACCOUNT_AT: &str = "/v1/accounts/{bank}/{number}";
/// Postings of an account here.
pub const STATEMENT: &str = "/v1/accounts/{number}/statement";
/// Postings of an account anywhere.
pub const STATEMENT_AT: &str = "/v1/accounts/{bank}/{number}/statement";
/// Close an account here.
pub const ACCOUNT_CLOSE: &str = "/v1/accounts/{number}/close";
/// Invitations to joint and business accounts.
pub const INVITATIONS: &str = "/v1/invitations";
/// Accept one.
pub const INVITATION_ACCEPT: &str = "/v1/invitations/{number}/accept";
/// Decline one.
pub const INVITATION_DECLINE: &str = "/v1/invitations/{number}/decline";
/// Who is behind an account number, masked.
pub const PAYEE: &str = "/v1/payees/{bank}/{number}";
/// What was ordered here.
pub const PACKAGES: &str = "/v1/packages";
/// Order a package; ask for it.
pub const PACKAGE: &str = "/v1/packages/{id}";
/// What would be answered now.
pub const PACKAGE_PREVIEW: &str = "/v1/packages/preview";
/// Give and list consents.
pub const CONSENTS: &str = "/v1/consents";
/// Revoke one.
pub const CONSENT: &str = "/v1/consents/{id}";
/// Server-sent events.
pub const EVENTS: &str = "/v1/events";
/// This interface, as an OpenAPI document.
pub const OPENAPI: &str = "/openapi.json";
/// Messages that bind, between banks.
pub const INTERBANK_MESSAGES: &str = "/interbank/v1/messages";
/// Reads that bind nobody, between banks.
pub const INTERBANK_READS: &str = "/interbank/v1/reads";
