import Pericard

// A process with one call in it; the peer is EmptyFirst.
print(largestOutgoingFile)
