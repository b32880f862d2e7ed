/** What the build and the runtimes resolve and TypeScript cannot see. */

/** A compiled module on Workers; elsewhere the build puts the bytes in its place. */
declare module '@phi-ag/argon2/argon2.wasm' {
  const wasm: WebAssembly.Module | Uint8Array<ArrayBuffer>
  export default wasm
}

/** What `build/ahead` generates, by `keyOf` the common source. */
declare module 'generated:functions' {
  import type { Generated } from './generated.ts'

  const functions: Readonly<Record<string, Generated>>
  export default functions
}

declare module 'cloudflare:workers' {
  export const env: Readonly<Record<string, unknown>>
  export class DurableObject<State> {
    protected readonly ctx: State
    constructor(ctx: State, env: unknown)
  }
}
