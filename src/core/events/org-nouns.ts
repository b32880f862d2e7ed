/** The nouns of what can belong to an organisation. An event about one is shown to the organisation that it names. */
const OF_ORGS =
  /^(?:org|member|invitation|domain|role|policy|service[_-]account|api[_-]key|oauth[_-]client|resource|webhook)\./

/**
 * Whether an event of this type is about something that can belong to an organisation. Such an event names an
 * organisation only if the event itself says so, and not because its actor acts for one: it may be about the instance.
 */
export const isOfOrgs = (type: string): boolean => OF_ORGS.test(type)
