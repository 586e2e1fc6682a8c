package import Refs
package import RegistryModel

extension RegistryName {
  /// The name as a component of a ref's name; every registry name is valid as one.
  package func refComponent() throws -> RefComponent {
    try RefComponent(description)
  }
}
