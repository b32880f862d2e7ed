/** The parts of the account page. Each has a path of its own, so that it can be linked and comes back after a sign-in. */
export const sections = ['security', 'sessions', 'connections', 'notifications', 'organisations', 'data'] as const
export type Section = (typeof sections)[number]

export const isSection = (name: string): name is Section => (sections as readonly string[]).includes(name)
