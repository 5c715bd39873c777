import { ipcMain, type WebContents } from 'electron'
import { PORT_REQUEST, type ScreenName, trustedScreen } from './policy.ts'

/**
 * The only message pages may send: a wish for a port to the terminal. Every sender is checked: one of
 * our windows, its main frame, its own page.
 *
 * @param screenOf the screen a window shows; undefined for a window that is not ours
 */
export function onPortWanted(
  screenOf: (contents: WebContents) => ScreenName | undefined,
  grant: (screen: ScreenName, contents: WebContents) => void,
): void {
  ipcMain.on(PORT_REQUEST, ({ sender, senderFrame }) => {
    const screen = trustedScreen({
      screen: screenOf(sender),
      frameUrl: senderFrame?.url,
      isMainFrame: senderFrame !== null && senderFrame === sender.mainFrame,
    })
    if (screen !== undefined) grant(screen, sender)
  })
}
