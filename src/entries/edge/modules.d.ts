/** What the build and the runtimes resolve and TypeScript cannot see. */

/** A compiled module on Workers; elsewhere the build puts the bytes in its place. */
declare module '@phi-ag/argon2/argon2.wasm' {
  const wasm: WebAssembly.Module | Uint8Array<ArrayBuffer>
  export default wasm
}

/** Loads what `build/ahead` generated for a feature, by its name: functions, by `keyOf` their common source. */
declare module 'generated:functions' {
  import type { Generated } from './generated.ts'

  const load: Readonly<Record<string, () => Promise<{ default: Readonly<Record<string, Generated>> }>>>
  export default load
}

declare module 'cloudflare:workers' {
  export const env: Readonly<Record<string, unknown>>
  export class DurableObject<State> {
    protected readonly ctx: State
    constructor(ctx: State, env: unknown)
  }
}
