import Foundation
import PericardEmpty

// As First, with the empty library. Foundation is here since Pericard needs it.
print(PericardEmpty.number(), Date.distantPast.timeIntervalSince1970 > 0)
