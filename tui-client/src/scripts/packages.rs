//! Packages: paying, cash in and out, how one stands, the list, the receipt.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use shared::account::AccountRef;
use shared::api::problem::{FieldCode, ProblemCode};
use shared::api::replies::{PackageReply, PackageStatus, PackagesReply};
use shared::client::{BankClient, Page, Token};
use shared::ids::{BankId, PackageId};
use shared::money::{Amount, parse_reais};
use shared::package::{End, Leg, Legs};
use tokio::time::{Duration, Instant, sleep};

use super::accounts::{goes_on, reais, rows, rows_wanted};
use super::args::{Cash, Package, Pages, Pay, Receipt};
use super::desk::Desk;
use super::exit::{Deed, Exit, Stop};
use super::ordering::exit_of_status;
use super::output::{Cell, Sheet, code, new_file};
use crate::leg_lines::Reading;
use crate::node::SessionFile;
use crate::receipt::{self, Facts};
use crate::rooms::receipt::own_name;
use crate::widgets::complaint::Complaint;

/// Between two questions how a package stands that this machine did not order.
const ASK_AGAIN: Duration = Duration::from_millis(500);

impl Desk {
    pub(super) async fn pay(&mut self, args: &Pay) -> Result<Exit, Stop> {
        let lines = args.legs.iter().map(|leg| format!("{leg}\n")).collect::<String>();
        let mut legs = self.legs(&lines)?;
        if let Some(path) = &args.from_file {
            legs.extend(self.legs(&self.file(path)?)?);
        }
        let range = self.texts.codes.field(FieldCode::LegsRange);
        let legs = Legs::new(legs).map_err(|_| Stop::usage(range))?;
        let payers: Vec<BankId> =
            legs.as_slice().iter().filter_map(|leg| leg.from().account()).map(|a| a.bank.clone()).collect();
        let session = self.session(&payers.iter().collect::<Vec<_>>())?;
        self.place(session, legs, &args.order).await
    }

    /// Reads a text of legs; each line that is none is named.
    fn legs(&self, text: &str) -> Result<Vec<Leg>, Stop> {
        let read = Reading::default().read(text);
        if read.bad.is_empty() {
            return Ok(read.legs);
        }
        let said = read.bad.iter().map(|line| {
            let why = self.texts.forms.complaint(&line.why);
            self.texts.scripts.bad_line(line.number, &line.text, &why)
        });
        Err(Stop { exit: Exit::Usage, said: said.collect(), problem: None })
    }

    fn file(&self, path: &Path) -> Result<String, Stop> {
        let read = if path == Path::new("-") {
            let mut text = String::new();
            io::stdin().lock().read_to_string(&mut text).map(|_| text)
        } else {
            fs::read_to_string(path)
        };
        let why = |error: io::Error| format!("{}: {error}", path.display());
        read.map_err(|error| Stop::usage(self.texts.scripts.not_read(&why(error))))
    }

    pub(super) async fn deposit(&mut self, args: &Cash) -> Result<Exit, Stop> {
        self.cash(args, |account, amount| Leg::new(End::Cash, account, amount, None)).await
    }

    pub(super) async fn withdraw(&mut self, args: &Cash) -> Result<Exit, Stop> {
        self.cash(args, |account, amount| Leg::new(account, End::Cash, amount, None)).await
    }

    async fn cash(
        &mut self,
        args: &Cash,
        leg: impl FnOnce(End, Amount) -> Result<Leg, shared::package::LegError>,
    ) -> Result<Exit, Stop> {
        let account = self.account(&args.account)?;
        let amount = parse_reais(&args.amount).map_err(|e| self.wrong(&args.amount, &Complaint::from(e)))?;
        let session = self.session(&[&account.bank])?;
        // One end is an account and the other is cash: neither empty nor the same.
        let leg = leg(End::Account(account), amount).map_err(|error| Stop::usage(error.to_string()))?;
        let legs = Legs::new(vec![leg]).map_err(|error| Stop::usage(error.to_string()))?;
        self.place(session, legs, &args.order).await
    }

    pub(super) async fn package(&mut self, args: &Package) -> Result<Exit, Stop> {
        match args {
            Package::Show { id } => {
                let id = self.id(id)?;
                let (_, package) = self.find_package(id).await?;
                self.print_package(&package)?;
                Ok(Exit::Done)
            }
            Package::Wait { id, wait } => self.wait(id, *wait).await,
            Package::List(pages) => self.list_packages(*pages).await,
        }
    }

    async fn wait(&mut self, id: &str, wait: u64) -> Result<Exit, Stop> {
        let id: PackageId = self.id(id)?;
        if let Some(file) = self.kept(id) {
            let sessions = self.sessions();
            let session = sessions.into_iter().find(|s| s.bank.id == file.bank);
            let bank = file.bank.as_str();
            let session = session
                .ok_or_else(|| Stop::new(Exit::NotLoggedIn, self.texts.scripts.no_session_at(bank)))?;
            return self.resume(&session, file, wait).await;
        }
        let until = Instant::now() + Duration::from_secs(wait);
        loop {
            let (_, package) = self.find_package(id).await?;
            if package.status != PackageStatus::InProgress || Instant::now() >= until {
                self.print_package(&package)?;
                let exit = exit_of_status(package.status);
                if exit == Exit::Unknown {
                    self.warn(&self.texts.scripts.still_open(&id.to_string()));
                }
                return Ok(exit);
            }
            sleep(ASK_AGAIN).await;
        }
    }

    /// A package at the first bank that knows it, of those one is logged in to.
    async fn find_package(&mut self, id: PackageId) -> Result<(SessionFile, PackageReply), Stop> {
        let mut last = None;
        for session in self.session_or_all()? {
            let call = async move |bank: BankClient, token: Token| bank.package(&token, id).await;
            match self.call(&session, Deed::Asks, call).await {
                Ok(package) => return Ok((session, package)),
                // A bank that does not know it says less than one that could not be asked.
                Err(stop) => {
                    let unknown = stop.problem.as_ref().is_some_and(|p| p.code == ProblemCode::NotFound);
                    if last.is_none() || !unknown {
                        last = Some(stop);
                    }
                }
            }
        }
        Err(last.unwrap_or_else(|| Stop::new(Exit::NotLoggedIn, self.texts.scripts.no_session())))
    }

    fn print_package(&self, package: &PackageReply) -> Result<(), Stop> {
        self.print(package, &self.package_sheet(package), &self.words().package(package))
    }

    /// A package leg by leg.
    pub(super) fn package_sheet(&self, package: &PackageReply) -> Sheet {
        let t = self.texts;
        let mut sheet = Sheet::new(&[
            ("package", t.scripts.package()),
            ("status", t.scripts.status()),
            ("settled", ""),
            ("leg", t.scripts.leg()),
            ("from", t.review.from()),
            ("to", t.review.to()),
            ("amount", t.pay.amount()),
            ("description", t.scripts.description()),
            ("refusal", ""),
        ]);
        for (n, leg) in package.legs.iter().enumerate() {
            let number = leg.leg.map_or(n, usize::from);
            let refusal = package.refusals.iter().find(|r| usize::from(r.leg) == number);
            sheet.row(vec![
                Cell::of(package.id),
                Cell::of(code(package.status)),
                Cell::of(package.settled),
                Cell::of(number),
                Cell::maybe(leg.from.as_ref()),
                Cell::maybe(leg.to.as_ref()),
                Cell::money(leg.amount),
                Cell::maybe(leg.description.as_ref()),
                Cell::of(refusal.map(|r| code(r.code)).unwrap_or_default()),
            ]);
        }
        sheet
    }

    async fn list_packages(&mut self, pages: Pages) -> Result<Exit, Stop> {
        let session = self.session(&[])?;
        let mut packages: Vec<PackageReply> = Vec::new();
        let mut before = None;
        loop {
            let page = Page { limit: Some(rows_wanted(pages, packages.len())), before };
            let call = async move |bank: BankClient, token: Token| bank.packages(&token, page).await;
            let reply = self.call(&session, Deed::Asks, call).await?;
            before = goes_on(before, reply.next, reply.packages.len());
            packages.extend(reply.packages);
            if before.is_none() || (!pages.all && packages.len() >= rows(pages.limit)) {
                break;
            }
        }
        let t = self.texts.scripts;
        let mut sheet = Sheet::new(&[
            ("id", t.package()),
            ("created_at", t.when()),
            ("status", t.status()),
            ("settled", ""),
            ("legs", t.legs()),
            ("total", self.texts.review.total()),
        ]);
        let mut lines = Vec::new();
        for package in &packages {
            let total = package.legs.iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount));
            sheet.row(vec![
                Cell::of(package.id),
                Cell::coded(package.created_at, self.texts.day_and_hour(package.created_at)),
                Cell::of(code(package.status)),
                Cell::of(package.settled),
                Cell::of(package.legs.len()),
                Cell::money(total),
            ]);
            let at = self.texts.day_and_hour(package.created_at);
            let status = self.words().status_word(package);
            lines.push(format!("{}  {at}  {}  {status}", package.id, reais(total)));
        }
        if packages.is_empty() {
            lines.push(t.none().to_owned());
        }
        self.print(&PackagesReply { packages, next: before }, &sheet, &lines)?;
        Ok(Exit::Done)
    }

    pub(super) async fn receipt(&mut self, args: &Receipt) -> Result<Exit, Stop> {
        let id = self.id(&args.id)?;
        let (session, package) = self.find_package(id).await?;
        // Who sees all of it asked the bank that it was ordered through.
        let whole = package.legs.iter().all(|leg| leg.leg.is_none());
        let mut facts = Facts::of_package(&package);
        facts.through = whole.then(|| session.bank.id.clone());
        facts.names = self.names_on(&session, &facts).await;
        let banks = self.bank_names(&session).await;
        let name = |bank: &BankId| banks.get(bank).cloned().unwrap_or_else(|| bank.to_string());
        let receipt = receipt::Sheet::new(&self.texts, &facts, &name);
        let text = receipt.to_file();
        // Its own lines are clean one by one.
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        self.print(&package, &self.package_sheet(&package), &lines)?;
        if let Some(path) = &args.save {
            let file = new_file(path);
            let saved = file.and_then(|mut file| file.write_all(text.as_bytes()));
            saved.map_err(|error| {
                let shown = path.display();
                if error.kind() == io::ErrorKind::AlreadyExists {
                    return Stop::new(Exit::Failed, self.texts.scripts.file_exists(&shown.to_string()));
                }
                self.disk(&io::Error::other(format!("{shown}: {error}")))
            })?;
            self.warn(&self.texts.scripts.saved(&path.display().to_string()));
        }
        Ok(Exit::Done)
    }

    /// Who holds the accounts on a sheet, masked. A bank that does not say leaves its accounts without a name: the sheet is
    /// worth having all the same.
    async fn names_on(&mut self, session: &SessionFile, facts: &Facts) -> BTreeMap<AccountRef, String> {
        let sessions = self.sessions();
        let mut own = Vec::new();
        let mut names = BTreeMap::new();
        for account in facts.accounts() {
            let held_at = sessions.iter().find(|s| s.bank.id == account.bank);
            if let Some(held_at) = held_at.filter(|_| !own.iter().any(|(bank, _)| *bank == account.bank)) {
                let told =
                    self.call(held_at, Deed::Asks, async |bank, token| bank.accounts(&token).await).await;
                own.push((account.bank.clone(), told.map(|reply| reply.accounts).unwrap_or_default()));
            }
            let known = own.iter().flat_map(|(_, accounts)| accounts).find(|own| own.account == account);
            let name = match known {
                Some(known) => Some(own_name(known)),
                None => {
                    let asked = account.clone();
                    let call = async move |bank: BankClient, token: Token| bank.payee(&token, &asked).await;
                    self.call(session, Deed::Asks, call).await.ok().map(|payee| payee.name)
                }
            };
            names.extend(name.map(|name| (account, name)));
        }
        names
    }

    /// The banks' names: as the bank of the session has them, else those of the sessions.
    async fn bank_names(&mut self, session: &SessionFile) -> BTreeMap<BankId, String> {
        let mut names: BTreeMap<BankId, String> =
            self.sessions().into_iter().map(|s| (s.bank.id, s.bank.name)).collect();
        let told = self.teller.stranger(&session.address, async |bank| bank.consortium().await).await;
        names.extend(told.into_iter().flat_map(|reply| reply.banks).map(|bank| (bank.id, bank.name)));
        names
    }
}
