package import Refs
package import RegistryModel

extension RegistryName {
  /// The name as a part of a ref's name; every registry name is one.
  package func refComponent() throws -> RefComponent {
    try RefComponent(description)
  }
}
