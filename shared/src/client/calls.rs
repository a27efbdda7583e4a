//! One method for each call of the interface, but for the ordering of packages.

use jiff::Timestamp;
use reqwest::header::DATE;
use reqwest::{Method, RequestBuilder, StatusCode};

use super::connection::{BankClient, ask, garbage, tell, with_json};
use super::error::ClientError;
use super::token::Token;
use crate::account::{AccountNumber, AccountRef};
use crate::address::Scheme;
use crate::api::paths;
use crate::api::replies::{
    AccountReply, AccountsReply, BankName, BankReply, ConsentReply, ConsentsReply, ConsortiumReply,
    CustomerReply, InvitationsReply, PackageReply, PackagesReply, PayeeReply, PreviewReply, SessionOpened,
    SessionsReply, StatementReply,
};
use crate::api::requests::{ChangeCustomer, GiveConsent, LogIn, OpenAccount, OrderPackage, SignUp};
use crate::ids::{ConsentId, PackageId, SessionId};

/// A log-in: the token apart from what may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// For every call that needs a log-in.
    pub token: Token,
    /// When it ends unless it is used before.
    pub expires_at: Timestamp,
    /// Who logged in.
    pub customer: CustomerReply,
    /// Where.
    pub bank: BankName,
    /// Whether the bank has set the password: then the session does nothing but change it.
    pub must_change_password: bool,
    /// How the bank is spoken to, which the address may have left open.
    pub scheme: Scheme,
}

/// Which part of a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Rows, at most; the bank's own default when left out.
    pub limit: Option<usize>,
    /// The `next` of the page before; the newest rows when left out.
    pub before: Option<u64>,
}

impl BankClient {
    /// `GET /v1/bank`: who this bank is.
    ///
    /// # Errors
    /// As [`ClientError`] says; so for every method here.
    pub async fn bank(&self) -> Result<BankReply, ClientError> {
        ask(self.request(Method::GET, paths::BANK, None).await?, StatusCode::OK).await
    }

    /// The time by the bank's own clock, to the second, from the `Date` of its answer to `GET /v1/bank`; none where the
    /// answer has no such header.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn clock(&self) -> Result<Option<Timestamp>, ClientError> {
        let response = self.request(Method::GET, paths::BANK, None).await?.send().await?;
        let date = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        Ok(date.and_then(|text| jiff::fmt::rfc2822::parse(text).ok()).map(|at| at.timestamp()))
    }

    /// `GET /v1/consortium`: every bank, as this one sees it.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn consortium(&self) -> Result<ConsortiumReply, ClientError> {
        ask(self.request(Method::GET, paths::CONSORTIUM, None).await?, StatusCode::OK).await
    }

    /// `POST /v1/customers`: becomes a customer of this bank.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn sign_up(&self, who: &SignUp) -> Result<CustomerReply, ClientError> {
        self.before_password().await?;
        let request = self.request(Method::POST, paths::CUSTOMERS, None).await?;
        ask(with_json(request, who)?, StatusCode::CREATED).await
    }

    /// `POST /v1/sessions`: logs in.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn log_in(&self, who: &LogIn) -> Result<LoggedIn, ClientError> {
        self.before_password().await?;
        let request = self.request(Method::POST, paths::SESSIONS, None).await?;
        let opened: SessionOpened = ask(with_json(request, who)?, StatusCode::CREATED).await?;
        let SessionOpened { token, expires_at, customer, bank, must_change_password } = opened;
        let token = Token::new(token)
            .map_err(|_| garbage(StatusCode::CREATED, "a token that no header takes".to_owned()))?;
        let scheme = self.base().await?.scheme();
        Ok(LoggedIn { token, expires_at, customer, bank, must_change_password, scheme })
    }

    /// `GET /v1/customers/me`: who is logged in.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn me(&self, token: &Token) -> Result<CustomerReply, ClientError> {
        ask(self.request(Method::GET, paths::CUSTOMER_ME, Some(token)).await?, StatusCode::OK).await
    }

    /// `PATCH /v1/customers/me`: changes name or password.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn change_customer(
        &self,
        token: &Token,
        change: &ChangeCustomer,
    ) -> Result<CustomerReply, ClientError> {
        self.before_password().await?;
        let request = self.request(Method::PATCH, paths::CUSTOMER_ME, Some(token)).await?;
        ask(with_json(request, change)?, StatusCode::OK).await
    }

    /// `GET /v1/sessions`: where one is logged in.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn sessions(&self, token: &Token) -> Result<SessionsReply, ClientError> {
        ask(self.request(Method::GET, paths::SESSIONS, Some(token)).await?, StatusCode::OK).await
    }

    /// `DELETE /v1/sessions/{id}`: ends a session of one's own.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn end_session(&self, token: &Token, id: SessionId) -> Result<(), ClientError> {
        let path = fill(paths::SESSION, &[("{id}", &id.to_string())]);
        tell(self.request(Method::DELETE, &path, Some(token)).await?).await
    }

    /// `DELETE /v1/sessions/current`: ends this session.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn log_out(&self, token: &Token) -> Result<(), ClientError> {
        tell(self.request(Method::DELETE, paths::SESSION_CURRENT, Some(token)).await?).await
    }

    /// `POST /v1/accounts`: opens an account.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn open_account(&self, token: &Token, open: &OpenAccount) -> Result<AccountReply, ClientError> {
        let request = self.request(Method::POST, paths::ACCOUNTS, Some(token)).await?;
        ask(with_json(request, open)?, StatusCode::CREATED).await
    }

    /// `GET /v1/accounts`: one's own at this bank.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn accounts(&self, token: &Token) -> Result<AccountsReply, ClientError> {
        ask(self.request(Method::GET, paths::ACCOUNTS, Some(token)).await?, StatusCode::OK).await
    }

    /// `GET /v1/accounts?scope=consortium`: one's own at every bank that has a consent.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn accounts_in_consortium(&self, token: &Token) -> Result<AccountsReply, ClientError> {
        let request = self.request(Method::GET, paths::ACCOUNTS, Some(token)).await?;
        ask(request.query(&[("scope", "consortium")]), StatusCode::OK).await
    }

    /// `GET /v1/accounts/{bank}/{number}`: one account, here or by a consent elsewhere.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn account(&self, token: &Token, account: &AccountRef) -> Result<AccountReply, ClientError> {
        ask(self.request(Method::GET, &at(paths::ACCOUNT_AT, account), Some(token)).await?, StatusCode::OK)
            .await
    }

    /// `GET /v1/accounts/{bank}/{number}/statement`: its postings, newest first.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn statement(
        &self,
        token: &Token,
        account: &AccountRef,
        page: Page,
    ) -> Result<StatementReply, ClientError> {
        let request = self.request(Method::GET, &at(paths::STATEMENT_AT, account), Some(token)).await?;
        ask(page.of(request), StatusCode::OK).await
    }

    /// `POST /v1/accounts/{number}/close`: closes an account of this bank.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn close_account(
        &self,
        token: &Token,
        number: AccountNumber,
    ) -> Result<AccountReply, ClientError> {
        let path = numbered(paths::ACCOUNT_CLOSE, number);
        ask(self.request(Method::POST, &path, Some(token)).await?, StatusCode::OK).await
    }

    /// `GET /v1/invitations`: accounts that one is asked to hold.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn invitations(&self, token: &Token) -> Result<InvitationsReply, ClientError> {
        ask(self.request(Method::GET, paths::INVITATIONS, Some(token)).await?, StatusCode::OK).await
    }

    /// `POST /v1/invitations/{number}/accept`.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn accept_invitation(&self, token: &Token, number: AccountNumber) -> Result<(), ClientError> {
        let path = numbered(paths::INVITATION_ACCEPT, number);
        tell(self.request(Method::POST, &path, Some(token)).await?).await
    }

    /// `POST /v1/invitations/{number}/decline`.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn decline_invitation(&self, token: &Token, number: AccountNumber) -> Result<(), ClientError> {
        let path = numbered(paths::INVITATION_DECLINE, number);
        tell(self.request(Method::POST, &path, Some(token)).await?).await
    }

    /// `GET /v1/payees/{bank}/{number}`: who is behind an account, masked.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn payee(&self, token: &Token, account: &AccountRef) -> Result<PayeeReply, ClientError> {
        ask(self.request(Method::GET, &at(paths::PAYEE, account), Some(token)).await?, StatusCode::OK).await
    }

    /// `GET /v1/packages/{id}`: where a package stands.
    ///
    /// # Errors
    /// As [`ClientError`] says; an answer about another package is [`ClientError::Garbage`], since it says nothing of this
    /// one.
    pub async fn package(&self, token: &Token, id: PackageId) -> Result<PackageReply, ClientError> {
        let path = fill(paths::PACKAGE, &[("{id}", &id.to_string())]);
        let package: PackageReply =
            ask(self.request(Method::GET, &path, Some(token)).await?, StatusCode::OK).await?;
        if package.id != id {
            return Err(garbage(StatusCode::OK, "another package".to_owned()));
        }
        Ok(package)
    }

    /// `GET /v1/packages`: what one ordered here, newest first.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn packages(&self, token: &Token, page: Page) -> Result<PackagesReply, ClientError> {
        ask(page.of(self.request(Method::GET, paths::PACKAGES, Some(token)).await?), StatusCode::OK).await
    }

    /// `POST /v1/packages/preview`: what an order would be answered now. Moves nothing and binds nobody.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn preview(&self, token: &Token, order: &OrderPackage) -> Result<PreviewReply, ClientError> {
        let request = self.request(Method::POST, paths::PACKAGE_PREVIEW, Some(token)).await?;
        ask(with_json(request, order)?, StatusCode::OK).await
    }

    /// `POST /v1/consents`: lets another bank see or debit what one holds here.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn give_consent(
        &self,
        token: &Token,
        consent: &GiveConsent,
    ) -> Result<ConsentReply, ClientError> {
        let request = self.request(Method::POST, paths::CONSENTS, Some(token)).await?;
        ask(with_json(request, consent)?, StatusCode::CREATED).await
    }

    /// `GET /v1/consents`: consents in force.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn consents(&self, token: &Token) -> Result<ConsentsReply, ClientError> {
        ask(self.request(Method::GET, paths::CONSENTS, Some(token)).await?, StatusCode::OK).await
    }

    /// `DELETE /v1/consents/{id}`: takes a consent back.
    ///
    /// # Errors
    /// As [`ClientError`] says.
    pub async fn revoke_consent(&self, token: &Token, id: ConsentId) -> Result<(), ClientError> {
        let path = fill(paths::CONSENT, &[("{id}", &id.to_string())]);
        tell(self.request(Method::DELETE, &path, Some(token)).await?).await
    }
}

impl Page {
    fn of(self, request: RequestBuilder) -> RequestBuilder {
        request.query(&[("limit", self.limit)]).query(&[("before", self.before)])
    }
}

/// Puts the varying parts into a path of [`paths`]. Ids, numbers and banks are of characters that need no escaping.
pub(super) fn fill(pattern: &str, parts: &[(&str, &str)]) -> String {
    parts.iter().fold(pattern.to_owned(), |path, (name, value)| path.replace(name, value))
}

fn at(pattern: &str, account: &AccountRef) -> String {
    fill(pattern, &[("{bank}", account.bank.as_str()), ("{number}", &account.number.to_string())])
}

fn numbered(pattern: &str, number: AccountNumber) -> String {
    fill(pattern, &[("{number}", &number.to_string())])
}
