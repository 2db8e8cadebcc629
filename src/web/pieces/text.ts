import { dictionary } from '../text/dictionary.ts'
import type { ShownState } from './camera-state.ts'

export const text = dictionary({
  en: {
    loading: 'Loading…',
    again: 'Try again',
    close: 'Close',
    undo: 'Undo',
    dismiss: 'Dismiss',
    messages: 'Messages',
    shortcuts: 'Keyboard shortcuts',
    shortcutsHere: 'On this page',
    shortcutsEverywhere: 'Everywhere',
    showShortcuts: 'Show this list',
    cameraStates: {
      live: 'Live',
      trouble: 'Trouble',
      connecting: 'Connecting',
      stalled: 'Stalled',
      offline: 'Offline',
      paused: 'Paused',
    } as Readonly<Record<ShownState, string>>,
  },
  zh: {
    loading: '加载中…',
    again: '重试',
    close: '关闭',
    undo: '撤销',
    dismiss: '关闭提示',
    messages: '消息',
    shortcuts: '键盘快捷键',
    shortcutsHere: '本页面',
    shortcutsEverywhere: '所有页面',
    showShortcuts: '显示此列表',
    cameraStates: {
      live: '在线',
      trouble: '有问题',
      connecting: '正在连接',
      stalled: '停滞',
      offline: '离线',
      paused: '已暂停',
    },
  },
})
