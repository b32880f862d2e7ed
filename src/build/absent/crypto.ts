/** In place of `crypto`, which bcryptjs falls back to where there is no Web Crypto: everywhere we run there is. */
export default undefined
