/** Where the page lies, such as `/console/`, or `/cctv/console/` behind a proxy. */
export const pageBase = new URL('.', globalThis.document?.baseURI ?? 'http://localhost/console/').pathname

/** Where the server's own paths begin: without a slash at the end, empty at the root. */
export const serverBase = pageBase.replace(/\/console\/$/, '')

/** The address of a path of the server, such as `/api/v1/clips/…/media`. */
export const addressOf = (path: string): string => serverBase + path
