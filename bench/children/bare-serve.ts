/** The limit of the runtime: a constant without any routing. Argument: the JSON of the object. */
const user: Record<string, unknown> = JSON.parse(Bun.argv[2] ?? '')

const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => Response.json(user) })
console.log(`http://127.0.0.1:${server.port}`)
