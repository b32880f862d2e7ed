/** Before the recorder: what the framework asks the runtime for and Workers do not have. What it generates depends on it. */
Reflect.deleteProperty(Headers.prototype, 'toJSON')
Reflect.deleteProperty(globalThis, 'setImmediate')
Reflect.deleteProperty(globalThis, 'Bun')
