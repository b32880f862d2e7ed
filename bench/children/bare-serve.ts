/** The reference of the runtime: a constant without routing. Arguments: the object and its headers, both as JSON. */
const user: Record<string, unknown> = JSON.parse(Bun.argv[2] ?? '')
const headers: Record<string, string> = JSON.parse(Bun.argv[3] ?? '')

const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => Response.json(user, { headers }) })
console.log(`http://127.0.0.1:${server.port}`)
