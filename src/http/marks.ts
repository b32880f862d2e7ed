/** The marks of routes, apart from the guard that enforces them: the route table reads them before the framework is loaded. */
import type { Mark } from '../core/feature.ts'
import { type Permission, permissions } from '../core/permissions.ts'

/** Marks that name no permission. */
export const sessionMarks = ['session', 'fresh-session', 'any-session', 'fresh-any-session'] as const
export type SessionMark = (typeof sessionMarks)[number]
/** Those that ask for a recent proof of identity. */
export const freshMarks: readonly unknown[] = ['fresh-session', 'fresh-any-session'] satisfies SessionMark[]
/** Those open to a session that lacks a second factor its owner must have. */
export const enrolmentMarks: readonly unknown[] = ['any-session', 'fresh-any-session'] satisfies SessionMark[]
export type Requirement = Permission | SessionMark

export const isSessionMark = (requirement: unknown): requirement is SessionMark =>
  sessionMarks.some((mark) => mark === requirement)

/** A mark that a guard knows, or `public`. */
export const isMark = (mark: unknown): mark is Mark =>
  mark === 'public' || isSessionMark(mark) || permissions.some((permission) => permission === mark)
