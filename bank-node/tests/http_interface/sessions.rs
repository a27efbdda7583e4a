//! Logging in, out, and everywhere else out.

use serde_json::json;

use super::world::{PASSWORD, Person, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_its_owner_says_so() {
    let world = World::start(1);
    let ana = world.person(0, 1).await;
    let me = world.get(&ana, "/v1/customers/me").await.expect(200);
    assert_eq!((&me["cpf"], &me["id"]), (&json!(ana.cpf), &json!(ana.id)));
    let other = Person { token: world.log_in(0, &ana.cpf).await, ..ana.clone() };
    let listed = world.get(&ana, "/v1/sessions").await.expect(200);
    let sessions = listed["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions.iter().filter(|session| session["current"] == true).count(), 1);
    let others = sessions.iter().find(|session| session["current"] == false).unwrap();
    let path = format!("/v1/sessions/{}", others["id"].as_str().unwrap());

    world.get(&other, "/v1/customers/me").await.expect(200);
    world.delete(&ana, &path).await.expect(204);
    world.get(&other, "/v1/customers/me").await.expect_problem(401, "unauthenticated");
    world.delete(&ana, &path).await.expect_problem(404, "not_found");
    world.delete(&ana, "/v1/sessions/current").await.expect(204);
    world.get(&ana, "/v1/customers/me").await.expect_problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_sessions() {
    let world = World::start(1);
    let ana = world.person(0, 1).await;
    let other = Person { token: world.log_in(0, &ana.cpf).await, ..ana.clone() };
    world.get(&other, "/v1/customers/me").await.expect(200);
    let change = |current: &str| json!({ "password": { "current": current, "new": "nova senha 1" } });
    let answer = world.patch(&ana, "/v1/customers/me", change("wrong password")).await;
    answer.expect_problem(401, "invalid_credentials");
    world.get(&other, "/v1/customers/me").await.expect(200);
    let changed = world.patch(&ana, "/v1/customers/me", change(PASSWORD)).await.expect(200);
    assert_eq!(changed["id"], ana.id.as_str());
    world.get(&ana, "/v1/customers/me").await.expect(200);
    world.get(&other, "/v1/customers/me").await.expect_problem(401, "unauthenticated");
    let old = json!({ "cpf": ana.cpf, "password": PASSWORD });
    world.post_as_nobody(0, "/v1/sessions", old).await.expect_problem(401, "invalid_credentials");
    let new = json!({ "cpf": ana.cpf, "password": "nova senha 1" });
    world.post_as_nobody(0, "/v1/sessions", new).await.expect(201);

    let renamed = world.patch(&ana, "/v1/customers/me", json!({ "name": "Ana  Lima" })).await.expect(200);
    assert_eq!(renamed["name"], "Ana Lima");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_password_changes_at_once_one_is_made_and_its_session_stays() {
    let world = World::start(1);
    let ana = world.person(0, 1).await;
    let mut people = vec![ana.clone()];
    for _ in 0..3 {
        people.push(Person { token: world.log_in(0, &ana.cpf).await, ..ana.clone() });
    }
    let (world, people) = (&world, &people);
    let change = |index: usize| async move {
        let body = json!({ "password": { "current": PASSWORD, "new": format!("nova senha {index}") } });
        world.patch(&people[index], "/v1/customers/me", body).await
    };
    let (a, b, c, d) = tokio::join!(change(0), change(1), change(2), change(3));
    let answers = [a, b, c, d];
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 401)), "{statuses:?}");
    let winner = statuses.iter().position(|status| *status == 200).expect("one");
    world.get(&people[winner], "/v1/customers/me").await.expect(200);
    let new = json!({ "cpf": ana.cpf, "password": format!("nova senha {winner}") });
    world.post_as_nobody(0, "/v1/sessions", new).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_money_outlast_a_crash() {
    let mut world = World::start(1);
    let ana = world.person(0, 1).await;
    let account = world.account(&ana, 700).await;
    for stop in [World::crash, World::end] {
        stop(&mut world);
        world.banks.start_bank(0).expect("it starts again");
        assert_eq!(world.balance(&ana, &account).await, 700);
    }
}

impl World {
    fn crash(&mut self) {
        self.banks.stop_as_crash(0);
    }

    fn end(&mut self) {
        self.banks.stop(0).expect("it ends in order");
    }
}
