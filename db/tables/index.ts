export * from './events.ts'
export * from './keys.ts'
export * from './sessions.ts'
export * from './users.ts'
