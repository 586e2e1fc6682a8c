"""The layers of mmdos: which target may import what. Read by check-docs and layers; there is no other copy."""

LIBC = ["Darwin", "Glibc", "Musl"]

# From the lowest to the highest: the targets and the libraries that each may import. A target is named only where
# something of it is used, so that a new arrow is a change of this table.
TARGETS = {
    "Disk": ([], ["CPlatform", "Dispatch", "Synchronization", "SystemPackage"] + LIBC),
    "Formats": ([], ["CYAML"]),
    "ObjectStore": (["Disk"], ["CDeflate", "CIgzip", "COpenSSL", "CZlib", "Synchronization", "SystemPackage"]),
    "Refs": (["Disk", "ObjectStore"], ["Synchronization", "SystemPackage"]),
    # Of Disk only `Parallel`: the rules open nothing.
    "Audit": (["Disk", "Formats", "ObjectStore"], ["CMarkdown", "Synchronization"]),
    # No Disk, no Fetch and no libc: neither a folder, nor the network, nor a clock.
    "RegistryModel": (["Audit", "Formats", "ObjectStore"], ["COpenSSL", "CVersion"]),
    "Fetch": (["Disk", "Formats", "RegistryModel"],
              ["CCurl", "Synchronization", "SystemPackage"] + LIBC),
    "Preview": (["Disk", "Formats"], ["CPlatform", "Synchronization", "SystemPackage"] + LIBC),
    "RegistrySync": (["Audit", "Disk", "Fetch", "Formats", "ObjectStore", "Refs", "RegistryModel"],
                     ["Synchronization", "SystemPackage"]),
    "mmdos": (["Audit", "Disk", "Fetch", "Formats", "ObjectStore", "Preview", "Refs", "RegistryModel", "RegistrySync"],
              ["ArgumentParser", "CPlatform", "Dispatch", "Synchronization", "SystemPackage"] + LIBC),
}

# The folders of RegistrySync, from the lowest to the highest: each may use only those before it.
FOLDERS = ["Project", "Reading", "Sync", "Storage", "Bundle", "Plugins", "Publishing"]

# How many files of all targets together may import a library.
FILE_LIMITS = {"CCurl": 6, "CDeflate": 1, "CIgzip": 1, "CMarkdown": 1, "COpenSSL": 2, "CVersion": 1, "CYAML": 1,
               "CZlib": 1}

# What the targets that only tests use may import of ours. A test of a target imports that target, what the target
# imports, and what is named here; so a test of ObjectStore or Refs builds nothing of the network.
SUPPORT = {
    "TestSupport": ["Disk", "Formats"],
    "TestServers": ["Disk", "Fetch", "Preview", "RegistryModel", "TestSupport"],
    "TestScenes": ["ObjectStore", "TestServers", "TestSupport"],
    "FuzzEntries": ["Audit", "Disk", "Fetch", "Formats", "ObjectStore", "Preview", "Refs", "RegistryModel",
                    "RegistrySync", "TestSupport"],
    "FuzzDriver": ["FuzzEntries"],
}
TESTS = {
    "Disk": ["TestSupport"],
    "Formats": ["TestSupport"],
    "ObjectStore": ["TestSupport"],
    "Refs": ["TestSupport"],
    "Audit": ["TestSupport"],
    "RegistryModel": ["TestSupport"],
    "Fetch": ["TestServers", "TestSupport"],
    # Of Fetch the client, which is the other side of one test.
    "Preview": ["Fetch", "TestServers", "TestSupport"],
    "RegistrySync": ["TestScenes", "TestSupport"],
    "mmdos": ["TestScenes", "TestServers", "TestSupport"],
    # Not a target's tests: every parser at once, through its entry.
    "Fuzz": ["FuzzEntries", "TestSupport"],
}
