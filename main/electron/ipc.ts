import { ipcMain, type WebContents } from 'electron'
import { mayHavePort, PORT_NAMES, type PortUse, type ScreenName, trustedScreen } from './policy.ts'

/**
 * The only messages pages may send: wishes for a port to the terminal. Every sender is checked: one of
 * our windows, its main frame, its own page.
 *
 * @param screenOf the screen a window shows; undefined for a window that is not ours
 */
export function onPortWanted(
  screenOf: (contents: WebContents) => ScreenName | undefined,
  grant: (screen: ScreenName, contents: WebContents, use: PortUse) => void,
): void {
  for (const use of ['protocol', 'camera'] as const) {
    ipcMain.on(PORT_NAMES[use].request, ({ sender, senderFrame }) => {
      const screen = trustedScreen({
        screen: screenOf(sender),
        frameUrl: senderFrame?.url,
        isMainFrame: senderFrame !== null && senderFrame === sender.mainFrame,
      })
      if (screen !== undefined && mayHavePort(screen, use)) grant(screen, sender, use)
    })
  }
}
