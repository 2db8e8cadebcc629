import { createServer } from 'node:net'

/** The first port from `first` on that nobody on this machine listens on. */
export async function freePort(first: number): Promise<number> {
  for (let port = first; port < first + 20; port += 1) if (await isFree(port)) return port
  return first
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
