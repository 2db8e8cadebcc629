import { setTimeout as wait } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { startConsole } from '../../support/console.ts'
import { testVideo } from '../../support/test-video.ts'
import { bar } from '../report.ts'
import type { Section } from './sections.ts'
import { coresBetween, sampleTree } from './tree-sample.ts'

/** What sixteen tiles cost the server, and that nobody looking costs nothing. The lookers are programs, for a browser would take the cores. */
export const liveTiles: Section = {
  async run({ log, smoke }) {
    const count = smoke ? 2 : 16
    const windowMs = smoke ? 1500 : 20_000
    const video = await testVideo({ name: 'console-tiles', widthPx: 640, heightPx: 360, seconds: 20 })
    const ids = Array.from({ length: count }, (_, at) => `cam-${at + 1}`)
    const site = await startConsole({
      models: '',
      cameras: ids.map((id) => ({ id, video, fields: '    detector: none\n' })),
    })
    const pid = site.vireo.child.pid!
    const measure = async (what: string) => {
      // What begins is over before it is measured.
      await wait(smoke ? 200 : 4000)
      const from = sampleTree(pid)
      await wait(windowMs)
      const to = sampleTree(pid)
      const found = { cores: coresBetween(from, to), memoryMb: to.memoryMb, processes: to.processes }
      log(
        `${what}: ${found.cores.toFixed(3)} cores, ${found.memoryMb.toFixed(0)} MB, ${found.processes} processes`,
      )
      return found
    }
    try {
      await wait(smoke ? 1000 : 5000)
      const before = await measure('nobody looks')
      const lookers = ids.map((id) => look(`${site.address}/api/v1/cameras/${id}/live`))
      lookers.push(look(`${site.address}/api/v1/overlays?cameras=${ids.join(',')}`))
      const during = await measure(`${count} tiles`)
      const bytes = lookers.map(({ bytes }) => bytes())
      for (const { socket } of lookers) socket.terminate()
      const after = await measure('nobody looks any more')
      return {
        figures: {
          'tiles, of which pictures came': bytes.filter((each) => each > 10_000).length,
          'cores, nobody looks': before.cores,
          'cores, 16 tiles': during.cores,
          'cores, nobody looks any more': after.cores,
          'MB more with 16 tiles': during.memoryMb - before.memoryMb,
          'processes more with 16 tiles': during.processes - before.processes,
        },
        bars: [
          bar('cores of the whole server with 16 live tiles', during.cores, '<=', 1),
          bar('MB more with 16 live tiles', during.memoryMb - before.memoryMb, '<=', 60),
          bar('cores more when nobody looks any more than before', after.cores - before.cores, '<=', 0.05),
          bar('processes more when nobody looks any more', after.processes - before.processes, '<=', 0),
        ],
      }
    } finally {
      await site.close()
    }
  },
}

function look(address: string) {
  const socket = new WebSocket(address.replace(/^http/, 'ws'))
  let bytes = 0
  socket.on('message', (data: Buffer) => {
    bytes += data.length
  })
  socket.on('error', () => {})
  return { socket, bytes: () => bytes }
}
