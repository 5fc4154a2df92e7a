import assert from "node:assert/strict";
import { hashPassword } from "qbconnector";
import { query } from "../support/message-sets.js";
import { scryptWork, type ScryptCall } from "../support/scrypt-work.js";
import { underAttack, type Siege } from "../support/siege.js";
import { until } from "../support/until.js";

const GUESSER = "127.0.0.2";
const VALID = Array.from({ length: 8 }, (_, index) => ({
  user: `User ${index}`,
  password: `valid ${index}`,
}));
const authorizedUsers = [{ user: "Foo", password: "Bar" }, ...VALID];

function guess(siege: Siege, password: string, user = "Foo"): Promise<number> {
  return siege.send(query("guessed"), { credentials: `${user}:${password}`, localAddress: GUESSER }).then(
    ({ status }) => status,
    () => 0,
  );
}

function isGuess({ password }: ScryptCall): boolean {
  return !password.startsWith("valid");
}

underAttack("password guessing is throttled, one by one and all at once", {}, async (siege) => {
  const work = await scryptWork(async () => {
    const atOnce = await Promise.all(Array.from({ length: 100 }, (_, index) => guess(siege, `a${index}`)));
    assert.equal(
      atOnce.every((status) => status === 401 || status === 429),
      true,
    );
    for (let index = 0; index < 50; index++) assert.equal(await guess(siege, `b${index}`), 429);
    const { json, headers } = await siege.send(query(), { credentials: "Foo:c", localAddress: GUESSER });
    assert.equal(json.code, "QB_THROTTLED");
    assert.match(headers["retry-after"] ?? "", /^[1-9]\d*$/);
    await siege.othersAreServed();
  });
  // Five are free; two at once are checked, and what began before the fifth failed is not taken back.
  assert.ok(work.length <= 7, `${work.length} guesses were checked`);
  assert.deepEqual(siege.intruders, []);
});

underAttack("valid users are slowed less than twice by guesses", { authorizedUsers }, async (siege) => {
  let valid = 0;
  let ahead = 0;
  const work = await scryptWork(async (calls) => {
    const guesses = Array.from({ length: 150 }, (_, index) => guess(siege, `g${index}`));
    await until(() => calls.length >= 2, "guesses are being checked");
    for (const { user, password } of VALID) {
      guesses.push(guess(siege, `more than ${user}`));
      const credentials = `${user}:${password}`;
      const login = { credentials, localAddress: "127.0.0.3", headers: { "x-login": user } };
      let arrived = NaN;
      siege.running.connector.on("header", ({ value }) => {
        if (value === user) arrived = calls.length;
      });
      assert.equal((await siege.send(query("login"), login)).status, 200, user);
      const own = calls.findIndex((call) => call.password === password);
      assert.ok(own - arrived <= 1, `${own - arrived} guesses went before ${user}`);
      ahead += Math.max(own - arrived, 0);
      valid++;
    }
    await Promise.all(guesses);
  });
  assert.equal(valid, VALID.length);
  // As many checks in front of the logins as they need themselves would be twice.
  assert.ok(ahead < VALID.length, `${ahead} guesses stood in the way of ${VALID.length} logins`);
  // Five are free; the pauses double, so that minutes on a busy machine add a few. Without them it would be 66 at least.
  const guesses = work.filter(isGuess).length;
  assert.ok(guesses < 20, `${guesses} guesses were checked`);
});

underAttack(
  "neither the guessed user elsewhere nor others are locked out",
  { authorizedUsers },
  async (siege) => {
    const statuses: number[] = [];
    for (let index = 0; index < 7; index++) statuses.push(await guess(siege, `wrong ${index}`, "User 0"));
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429]);
    for (const { user, password } of VALID.slice(0, 2)) {
      const elsewhere = { credentials: `${user}:${password}`, localAddress: "127.0.0.3" };
      assert.equal((await siege.send(query("elsewhere"), elsewhere)).status, 200);
      // Who was let in before is known, also where the guesses come from.
      assert.equal(await guess(siege, password, user), 200);
    }
    await siege.othersAreServed();
  },
);

underAttack("a wrong user and a wrong password are the same work and the same answer", {}, async (siege) => {
  const { connector } = siege.running;
  connector.authorizedUsers.add({ user: "Hashed", passwordHash: await hashPassword("secret") });
  connector.authorizedUsers.add({ user: "Account", authMode: "Windows" });
  const answers = new Set<string>();
  const wrong = ["Foo:wrong", "Nobody:wrong", "Hashed:wrong", ":wrong", "foo:Bar", "Account:wrong"];
  for (const [index, credentials] of wrong.entries()) {
    const work = await scryptWork(async () => {
      const answer = await siege.send(query(), { credentials, localAddress: `127.0.1.${index + 1}` });
      assert.equal(answer.status, 401, credentials);
      answers.add(answer.body);
    });
    assert.deepEqual(
      work.map(({ blocks }) => blocks),
      [2 ** 18],
      credentials,
    );
  }
  assert.equal(answers.size, 1);
  assert.deepEqual(await scryptWork(() => siege.othersAreServed()), []);
});
