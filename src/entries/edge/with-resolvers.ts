/** `Promise.withResolvers` (ECMAScript 2024), which Node has from version 22 on. */
Promise.withResolvers ??= function withResolvers<Value>(): PromiseWithResolvers<Value> {
  let resolve: PromiseWithResolvers<Value>['resolve'] = () => {}
  let reject: PromiseWithResolvers<Value>['reject'] = () => {}
  const promise = new Promise<Value>((resolved, rejected) => {
    resolve = resolved
    reject = rejected
  })
  return { promise, resolve, reject }
}
