/** What `guitai help` prints. */
export const HELP = `guitai: a checkout terminal for payment codes

  guitai terminal --config FILE [--shell electron|browser|none] [--json]
      Runs the terminal against the gateway of the configuration. With --json
      it prints one line of JSON when it is ready: the address of the local
      API, its tokens, and the addresses of the screens.

  guitai sandbox --dir DIR [--port N] [--backup-port N] [--script FILE] [--json]
      Runs the sandbox gateway alone and writes DIR/terminal.json.
      guitai sandbox --help lists the amounts and codes that play a scene.

  guitai demo [--dir DIR] [--once]
      Sandbox, terminal and a simulated scanner together; takes one sale by
      itself, prints each step, and goes on serving.

  guitai journal verify|list|pending --config FILE [--json]
  guitai journal export --config FILE [--format jsonl|csv] [--bom]
      [--from YYYY-MM-DD] [--to YYYY-MM-DD] [--out FILE]
      Checks the hash chain, lists sales and their refunds, or lists those
      without a result.
      The terminal must not be running: a journal has one user.

  guitai reconcile --config FILE [--date YYYY-MM-DD] [--bill FILE] [--repair]
                   [--language zh-CN|en] [--out FILE] [--json]
      Fetches a day's trade bill (yesterday's, in Beijing, when no day is said),
      or reads it from --bill (unpacked), and compares payments, refunds and
      sums with the journal. With --repair asks the gateway about what the bill
      has and the journal lacks, and adds what it verifies to the journal;
      without it says what would be asked. Ends with 0 when all agree or was
      repaired, 1 with differences, 2 when it could not be done. The terminal
      must not be running: a journal has one user.

  guitai close --config FILE --sale ID --operator NAME --reason TEXT
      A manager stops waiting for a sale without a result.

  guitai refund --config FILE --sale ID --operator NAME --reason TEXT
      [--amount YUAN] [--order OUT_TRADE_NO] [--wait]
      Gives back all that is left of a paid sale, or an amount of it; the
      customer reads the reason. With --wait follows it until the gateway's
      last word. Ends with 0 when taken (with --wait: given), 1 when refused,
      2 when it could not be asked for. The terminal must be running.

  guitai shift show|list --config FILE [--limit N]
  guitai shift close --config FILE --operator NAME [--carry]
      [--language zh-CN|en] [--json] [--html FILE]
      Shows the money of the open shift, closes it, or lists closed ones. What
      has no result yet keeps a shift open; --carry leaves it to the next one.
      --html writes a page to print. The terminal must be running.

  guitai docs [--check]
      Writes the documents that are made from schemas and tables.

  guitai version`
