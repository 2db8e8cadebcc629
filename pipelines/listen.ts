import type { Config } from '../src/config/schema.ts'
import { AppError } from '../src/core/errors.ts'
import type { Server } from '../src/http/create-server.ts'

const whatToDo: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there (ss -ltnp says which); stop it, or take another http.port',
  EADDRNOTAVAIL: 'this machine does not have that address; check http.host, and that its network is up',
  ENOTFOUND: 'http.host is no address, and no name that this machine knows',
  EAI_AGAIN: 'the name in http.host cannot be looked up now',
  EMFILE: 'the process may open no more files; raise its limit (LimitNOFILE)',
  ENFILE: 'the machine may open no more files; raise fs.file-max',
  EAFNOSUPPORT: 'this machine has no such addresses (IPv6 switched off?); take another http.host',
  EINVAL: 'http.host is not an address of this machine',
}

/** Starts listening. @throws AppError API_LISTEN, API_LISTEN_DENIED, which name the fields and what to do */
export async function listen(server: Server, { http: { host, port } }: Config): Promise<string> {
  try {
    return await server.listen()
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === undefined) throw cause
    const at = `http.host ${host}, http.port ${port}`
    if (code === 'EACCES' || code === 'EPERM')
      throw new AppError(
        'API_LISTEN_DENIED',
        `${at}: the user that runs Vireo may not listen there (${code}); take a port from 1024 up`,
        { cause },
      )
    throw new AppError(
      'API_LISTEN',
      `${at}: cannot be listened on (${code}): ${whatToDo[code] ?? 'see the code'}`,
      {
        cause,
      },
    )
  }
}
