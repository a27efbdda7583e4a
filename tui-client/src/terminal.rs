//! The client's edge towards the person: one loop that takes events, steps the core, performs effects, draws.

mod screen;

use anyhow::Context as _;
use crossterm::event::{Event as TerminalEvent, EventStream, MouseButton, MouseEvent, MouseEventKind};
use futures_util::StreamExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Duration, Interval, MissedTickBehavior, interval};

use self::screen::Screen;
use crate::app::settings::Settings;
use crate::app::{App, Effect, Event, update};
use crate::clock;
use crate::ids::Ids;
use crate::node::{Node, Places, Switch};
use crate::widgets::hits::{Target, pressed_at};

/// Time passes visibly while something is waited for, and slowly else.
const TICK_WAITING: Duration = Duration::from_millis(200);
const TICK_QUIET: Duration = Duration::from_millis(1_000);

/// Runs the client until it ends; with `switch` the demo lets the customer stop and start its banks. The terminal is given back as it was, whatever happens.
///
/// # Errors
/// When the terminal or the signals cannot be set up, or the terminal goes away.
pub fn run(settings: Settings, places: Places, switch: Option<Switch>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.context("the runtime cannot start")?;
    let ended = runtime.block_on(event_loop(settings, places, switch));
    // A request that is still out must not keep the shell waiting; orders under way are on disk.
    runtime.shutdown_background();
    ended
}

/// Where events come from.
struct Sources {
    events: UnboundedReceiver<Event>,
    /// None while the terminal is given away: its reader would take the shell's keys.
    keys: Option<EventStream>,
    terminate: Signal,
    hang_up: Signal,
    ticks: Interval,
    ticks_fast: bool,
    /// What clicks mean on what was drawn last.
    targets: Vec<Target>,
}

async fn event_loop(settings: Settings, places: Places, switch: Option<Switch>) -> anyhow::Result<()> {
    let (sender, events) = unbounded_channel();
    let mut sources = Sources {
        events,
        keys: None,
        terminate: signal(SignalKind::terminate()).context("SIGTERM cannot be heard")?,
        hang_up: signal(SignalKind::hangup()).context("SIGHUP cannot be heard")?,
        ticks: ticking(TICK_QUIET),
        ticks_fast: false,
        targets: Vec::new(),
    };
    let mut node = Node::new(sender, places).with_switch(switch);
    node.start();
    let last_words = settings.language.pick(
        "O programa parou por um erro dele, e devolveu o terminal. Nada se perde: o que foi enviado segue nos bancos. \
         Abra de novo para ver como terminou.",
        "The program stopped over a mistake of its own, and gave the terminal back. Nothing is lost: what was sent goes \
         on at the banks. Start it again to see how it ended.",
    );
    let (mut app, effects) = App::start(clock::now(), settings, Ids::random());
    let mut screen = Screen::open(last_words).context("the terminal cannot be set up")?;
    sources.keys = Some(EventStream::new());
    perform(effects, &mut node, &mut app, &mut screen, &mut sources)?;
    while !app.is_over() {
        if app.take_stale() {
            let mut targets = Vec::new();
            screen.draw(|frame| targets = app.view_with_targets(frame))?;
            sources.targets = targets;
        }
        screen.listen_to_mouse(app.world.settings.mouse)?;
        sources.pace(app.is_waiting());
        let event = sources.next().await;
        let effects = update(&mut app, event);
        perform(effects, &mut node, &mut app, &mut screen, &mut sources)?;
        // What has queued meanwhile is taken before the next drawing.
        while let Ok(event) = sources.events.try_recv() {
            let effects = update(&mut app, event);
            perform(effects, &mut node, &mut app, &mut screen, &mut sources)?;
        }
    }
    Ok(())
}

fn ticking(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

impl Sources {
    fn pace(&mut self, waiting: bool) {
        if self.ticks_fast != waiting {
            self.ticks_fast = waiting;
            self.ticks = ticking(if waiting { TICK_WAITING } else { TICK_QUIET });
            // The first tick of an interval is at once; time has not passed yet.
            self.ticks.reset();
        }
    }

    async fn next(&mut self) -> Event {
        loop {
            let keys = self.keys.as_mut();
            let key = async {
                match keys {
                    Some(keys) => keys.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // An end that nobody can take back goes first.
                biased;
                _ = self.terminate.recv() => return Event::Terminate,
                _ = self.hang_up.recv() => return Event::Terminate,
                key = key => match key {
                    Some(Ok(TerminalEvent::Key(key))) => {
                        #[cfg(debug_assertions)]
                        panic_if_told(&key);
                        return Event::Key(key);
                    }
                    Some(Ok(TerminalEvent::Paste(pasted))) => return Event::Paste(pasted),
                    Some(Ok(TerminalEvent::Resize(..) | TerminalEvent::FocusGained)) => return Event::Redraw,
                    Some(Ok(TerminalEvent::FocusLost)) => {}
                    Some(Ok(TerminalEvent::Mouse(mouse))) => {
                        if let Some(event) = clicked(&self.targets, &mouse) {
                            return event;
                        }
                    }
                    // The terminal is gone.
                    Some(Err(_)) | None => return Event::Terminate,
                },
                Some(event) = self.events.recv() => return event,
                _ = self.ticks.tick() => return Event::Tick(clock::now()),
            }
        }
    }
}

/// In builds with debug assertions only, for the test of what a panic leaves behind: with `TUI_PANIC` in the environment
/// F12 is a mistake of ours, `here` in this loop or `elsewhere` on another thread.
#[cfg(debug_assertions)]
fn panic_if_told(key: &crossterm::event::KeyEvent) {
    if key.code != crossterm::event::KeyCode::F(12) {
        return;
    }
    match std::env::var("TUI_PANIC").as_deref() {
        Ok("here") => panic!("provoked in the loop"),
        Ok("elsewhere") => drop(tokio::spawn(async { panic!("provoked on another thread") })),
        Ok(_) | Err(_) => {}
    }
}

/// What the mouse did, if that means anything here.
fn clicked(targets: &[Target], mouse: &MouseEvent) -> Option<Event> {
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            pressed_at(targets, mouse.column, mouse.row).map(Event::Click)
        }
        MouseEventKind::ScrollDown => Some(Event::Wheel { down: true }),
        MouseEventKind::ScrollUp => Some(Event::Wheel { down: false }),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => None,
    }
}

fn perform(
    effects: Vec<Effect>,
    node: &mut Node,
    app: &mut App,
    screen: &mut Screen,
    sources: &mut Sources,
) -> anyhow::Result<()> {
    for effect in effects {
        match node.perform(effect) {
            Some(Effect::Suspend) => {
                sources.keys = None;
                screen.suspend().context("the terminal did not come back")?;
                sources.keys = Some(EventStream::new());
                // The pause may have been long: time first, then a whole screen. Neither wishes for a suspension.
                for event in [Event::Tick(clock::now()), Event::Redraw] {
                    for effect in update(app, event) {
                        let _for_the_node = node.perform(effect);
                    }
                }
            }
            Some(Effect::Repaint) => screen.repaint()?,
            Some(Effect::Copy(words)) => screen.copy(&words)?,
            Some(_) | None => {}
        }
    }
    Ok(())
}
