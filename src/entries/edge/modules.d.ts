/** What the build and the runtimes resolve and TypeScript cannot see. */

/** A compiled module on Workers; elsewhere the build puts the bytes in its place. */
declare module '@phi-ag/argon2/argon2.wasm' {
  const wasm: WebAssembly.Module | Uint8Array<ArrayBuffer>
  export default wasm
}

/** What `build/ahead` generates, by the feature it is for; that of all of them under the empty name. */
declare module 'generated:features' {
  export const features: Readonly<
    Record<string, () => Promise<{ default: Record<string, (...given: never[]) => unknown> }>>
  >
}

declare module 'cloudflare:workers' {
  export const env: Readonly<Record<string, unknown>>
}
