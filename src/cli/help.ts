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
      Checks the hash chain and its signatures, lists sales and their refunds,
      or lists those without a result. Only pending and backup work while the terminal runs.
  guitai journal export --config FILE [--format jsonl|csv] [--bom]
      [--from YYYY-MM-DD] [--to YYYY-MM-DD] [--out FILE]
  guitai journal backup --config FILE --to FILE
      Copies the journal, also of a running terminal, and reads the copy back.
  guitai journal compact --config FILE --keep-days N
      Drops what is older than N days, at least 400, and nothing of a sale
      that is open. Signs where the chain begins from then on.
  guitai journal accept --config FILE --reason TEXT --as NAME
      [--as-pin-file FILE]
      Goes on with an older copy of the journal, or with a new terminal key when
      the old one was lost. The journal says who accepted it and what is missing.
      Takes a manager or an installer; the terminal must not be running.

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

  guitai shift show|list --config FILE [--limit N]
  guitai shift close --config FILE --operator NAME [--carry]
      [--language zh-CN|en] [--json] [--html FILE]
      Shows the money of the open shift, closes it, or lists closed ones. What
      has no result yet keeps a shift open; --carry leaves it to the next one.
      --html writes a page to print. The terminal must be running.

  guitai cert import --config FILE (--cert FILE --key FILE | --p12 FILE)
      [--password-file FILE|prompt]
      Seals the merchant API certificate with its key in the data folder, from
      where it signs and never comes out again. A PKCS#12 file without a
      password from file or keyboard is tried with the merchant number.
  guitai cert list --config FILE [--json]
  guitai cert use|remove --config FILE --serial SERIAL [--yes]
      Lists what was imported and the days left, chooses the one that signs
      (--serial newest: the newest valid one), or removes one for good.

  guitai secrets move --config FILE --to file|electron [--as NAME]
      Seals everything with a new key that is kept in a file, or wrapped by the
      key store of the system, and forgets the old one. The terminal must not be
      running. Only the app has that store: Guitai --cli secrets move ...

  guitai operator add --config FILE --name NAME --role cashier|manager|installer
  guitai operator pin|remove --config FILE --name NAME
  guitai operator list --config FILE [--json]
      Says who works with this terminal. PINs are typed, or read from
      --pin-file FILE. Once there are operators, these commands and guitai cert
      take an installer: --as NAME [--as-pin-file FILE]. What they change is kept in
      the journal, with --reason TEXT.

  guitai enroll --config FILE --code CODE [--as NAME] [--as-pin-file FILE] [--json]
      Makes a terminal of this machine at the services of the configuration,
      with the one-time code its merchant was given. Start the terminal again.
  guitai grant show --config FILE [--amount FEN] [--json]
      Shows the grant in force, the measures, and whether an amount could be
      charged now or why not. Asks nobody; the terminal may be running.
  guitai retire --config FILE --yes [--as NAME] [--as-pin-file FILE]
      Ends a terminal whose agreement has ended: wipes the merchant key, the
      grant and the totals for good, and tells the service. Nothing may be
      without a result, and the terminal must not be running.

  guitai models list|verify [--config FILE | --dir DIR] [--json]
      [--language zh-CN|en]
      Lists the face models that may be used and what is here of them, or reads
      every one whole and ends with 0 when all that face pay needs is right,
      1 when not.
  guitai models fetch [NAME...] [--all] [--development] [--from FOLDER|URL]
      [--ca FILE] [--config FILE | --dir DIR]
      Fetches what is missing or wrong, from where the list says or from a
      mirror or copy that has files of the same names. A file is used only when
      its SHA-256 is that of the list. Proxies are those of the environment.
      --development takes the model that knows drawn faces only.
  guitai models remove NAME...|--all [--config FILE | --dir DIR]

  guitai docs [--check]
      Writes the documents that are made from schemas and tables.

  guitai version`
