/** Names of all elements in a content list, those of its choices included. */
export function namesIn(content) {
  return content.flatMap((particle) =>
    particle.choice ? particle.choice.flatMap(namesIn) : [particle.name],
  );
}

/** Every element of a content list with what its place says: inside a choice, repeated with it, since when, where not. */
export function elementsIn(content, place = { since: 0, notIn: [], repeated: false, optional: false }) {
  return content.flatMap((particle) => {
    const inner = within(place, particle);
    if (!particle.choice) return [{ ...particle, place: inner }];
    const { max } = particle;
    const deeper = { ...inner, optional: true, repeated: inner.repeated || max !== undefined };
    return particle.choice.flatMap((alternative) => elementsIn(alternative, deeper));
  });
}

export function within(place, { since = 0, notIn = [] }) {
  return {
    ...place,
    since: Math.max(place.since, since),
    notIn: [...new Set([...place.notIn, ...notIn])],
  };
}

/** True for one choice that may come again and again, as lines and groups of lines do. */
export function isRepeatedChoice(particle) {
  return particle.choice !== undefined && particle.max !== undefined;
}
