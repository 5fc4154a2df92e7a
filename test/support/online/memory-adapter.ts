import type { Adapter, AdapterPayload } from "oidc-provider";

const SECRET: ReadonlySet<string> = new Set(["AccessToken", "AuthorizationCode", "RefreshToken"]);

/** What one authorization server keeps, by model and id. */
export class ServerMemory {
  /** Every code and token there ever was. */
  readonly secrets = new Set<string>();
  readonly #models = new Map<string, Map<string, AdapterPayload>>();

  adapter(model: string): Adapter {
    const kept = this.of(model);
    const find = (test: (payload: AdapterPayload) => boolean): Promise<AdapterPayload | undefined> =>
      Promise.resolve([...kept.values()].find(test));
    return {
      upsert: async (id, payload) => {
        if (SECRET.has(model)) this.secrets.add(id);
        kept.set(id, payload);
      },
      find: async (id) => kept.get(id),
      findByUid: async (uid) => find((payload) => payload.uid === uid),
      findByUserCode: async (userCode) => find((payload) => payload.userCode === userCode),
      consume: async (id) => void Object.assign(kept.get(id) ?? {}, { consumed: Date.now() / 1000 }),
      destroy: async (id) => void kept.delete(id),
      revokeByGrantId: async (grantId) => {
        for (const [id, payload] of kept) if (payload.grantId === grantId) kept.delete(id);
      },
    };
  }

  of(model: string): Map<string, AdapterPayload> {
    const kept = this.#models.get(model) ?? new Map<string, AdapterPayload>();
    this.#models.set(model, kept);
    return kept;
  }
}
