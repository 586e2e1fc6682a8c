// Plugins for finding bugs and for understanding unfamiliar code.
extension BundledPlugin {
  static let bugHunt = BundledPlugin(
    slug: "bug-hunt",
    name: "Bug hunt",
    description: "From a symptom to a cause that is proven, then a fix with the test that failed before.",
    category: "debugging",
    tags: ["debugging", "tests", "root-cause"],
    files: [
      (
        ".ai/skills/bug-hunt.md",
        """
        # Bug hunt

        A bug is found when you can switch it on and off, not when a change made it go away.

        1. **Reproduce.** Write the shortest command or test that shows the symptom. Note how often it does.
           Without a reproduction, add what would be needed to see it next time, and stop there.
        2. **Narrow.** Halve the input, the history (`git bisect`), or the path through the code. After each
           step write down what is now excluded, and why.
        3. **Explain.** State the cause as one sentence: this line, with this state, does that. The sentence
           must explain every observation, also the odd ones. If one is left over, go on.
        4. **Prove.** Predict something you have not looked at yet. If the prediction fails, back to 2.
        5. **Fix the cause** where it is, not where it shows. Look for the same mistake elsewhere.
        6. **Keep the test.** It must fail without the fix, for the reason you gave.

        Do not: change two things at once, add a retry or a sleep around a race, catch an error to silence it.

        """
      ),
      (
        ".ai/prompts/bug-report.md",
        """
        # Write down what is known of a bug

        Ask for what is missing, then answer in this form:

        - **Expected / seen:** one line each, with the exact message.
        - **Reproduction:** commands from a clean checkout, and how many of ten runs show it.
        - **Since:** the last version or commit known to be good.
        - **Excluded:** what was checked and is not the cause, each with its evidence.
        - **Best explanation:** marked as a guess until a prediction from it has come true.
        - **Next step:** the one check that excludes most.

        """
      ),
    ]
  )

  static let legacyCode = BundledPlugin(
    slug: "legacy-code",
    name: "Legacy code",
    description: "Change code that has no tests and no author, without changing what it does by accident.",
    category: "maintenance",
    tags: ["refactoring", "tests", "maintenance"],
    files: [
      (
        ".ai/skills/legacy-code.md",
        """
        # Legacy code

        - Read how it is called before how it works: callers show what must stay.
        - Pin the present behaviour with tests first, the strange parts too. Mark each strange one as such;
          someone may rely on it.
        - Find a seam: a place where a dependency can be replaced without editing the code under test.
        - Separate commits: moves and renames, then behaviour. A reviewer must be able to skip the first kind.
        - Delete what is proven dead (no caller, no configuration, no reflection), in a commit of its own.
        - Leave a note where a reader would ask why: the reason, not the history.
        - Stop when the task is done. What else you saw goes on a list, not into the change.

        """
      ),
      (
        ".ai/checks/legacy-code.yaml",
        """
        checklist: "legacy-code"
        title: "Before a change of old code is merged"
        checks:
          - id: "LC-01"
            title: "Present behaviour is pinned"
            severity: "blocker"
            look_for: "Changed lines that no test ran before the change."
          - id: "LC-02"
            title: "Moves are apart from behaviour"
            severity: "major"
            look_for: "A commit that both moves code and edits it."
          - id: "LC-03"
            title: "Nothing was removed on a guess"
            severity: "blocker"
            look_for: "Deleted code without evidence that nothing reaches it."

        """
      ),
    ]
  )
}
