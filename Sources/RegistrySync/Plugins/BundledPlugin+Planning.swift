// Plugins for the work before and after a change.
extension BundledPlugin {
  static let changePlan = BundledPlugin(
    slug: "change-plan",
    name: "Change plan",
    description: "Plan a change in steps that can each be reviewed, tested and taken back.",
    category: "planning",
    tags: ["planning", "design", "review"],
    files: [
      (
        ".ai/skills/change-plan.md",
        """
        # Change plan

        Before the first edit, write at most one page:

        1. **Goal:** what will be true for whom, and how that is measured. What is explicitly not part of it.
        2. **Facts:** what you read in the code, with paths. Mark what you assume and have not read.
        3. **Options:** at least two, each with what it costs and what it makes harder later. Say which and why.
        4. **Steps:** each leaves the program working and has its own test. Risky ones first, so that a wrong
           plan shows early.
        5. **Way back:** how each step is undone after it was released; data changes need an answer here.

        When a step shows the plan to be wrong, change the plan first and say so.

        """
      ),
      (
        ".ai/templates/change-plan.md",
        """
        # Plan: TITLE

        ## Goal

        ## Not part of it

        ## Facts (with paths) and assumptions

        ## Options

        ## Steps

        | step | test that shows it | way back |
        | --- | --- | --- |

        """
      ),
    ]
  )

  static let docsUpkeep = BundledPlugin(
    slug: "docs-upkeep",
    name: "Docs upkeep",
    description: "Keep documentation true: every statement checked against the code, every example run.",
    category: "documentation",
    tags: ["docs", "writing", "examples"],
    files: [
      (
        ".ai/skills/docs-upkeep.md",
        """
        # Docs upkeep

        - A page answers one question of one reader. Say which in its first sentence.
        - Every command in it was run, every output is what it printed, every path exists.
        - The change that makes a sentence wrong also corrects it. Search for the old name before you finish.
        - Prefer one true table to three paragraphs. Prefer a link to a copy.
        - Say what does not work yet. Do not describe plans as if they were there.
        - Words mean one thing each: use the terms of the code, and explain a term where it first stands.

        """
      ),
      (
        ".ai/prompts/docs-check.md",
        """
        # Check a page against the code

        For each statement of the page: find what proves it (file and line, or a command and its output), and
        sort it as *true*, *outdated*, or *cannot be checked*. List the last two with a correction each. Do not
        improve the style of what is true.

        """
      ),
    ]
  )

  static let secretCare = BundledPlugin(
    slug: "secret-care",
    name: "Secret care",
    description: "Keep keys, tokens and personal data out of code, logs, prompts and history.",
    category: "security",
    tags: ["security", "credentials", "privacy"],
    files: [
      (
        ".ai/skills/secret-care.md",
        """
        # Secret care

        - Never print, log, commit or paste a secret, and do not read one when its name is enough.
        - Configuration names where a secret is kept; it does not hold it. Examples use values that are
          visibly not real.
        - A secret that reached a commit, a log or a chat is lost: replace it first, clean up after that.
        - Give each use its own key, with the least rights and an end date.
        - Error messages and test data are places where secrets come to light. Look there.
        - Personal data counts too: take samples that nobody has to be asked about.

        """
      ),
      (
        ".ai/checks/secret-care.yaml",
        """
        checklist: "secret-care"
        title: "What every change has to satisfy"
        checks:
          - id: "SC-01"
            title: "No secret in the change"
            severity: "blocker"
            look_for: "Long random strings, private keys, connection strings with a password, also in tests."
          - id: "SC-02"
            title: "No secret in output"
            severity: "blocker"
            look_for: "Logs, errors or metrics that hold a whole request, header or configuration."
          - id: "SC-03"
            title: "Rights are the least that do"
            severity: "major"
            look_for: "A key with more rights or a longer life than its use needs."

        """
      ),
    ]
  )
}
